#!/usr/bin/env python3
"""Log events and metrics: each in the code is in the reference, and the other way round.

An event has one call site, so that a line of the log leads to one place. A metric's name ends in
what it counts: _total, _seconds, _bytes, or is a gauge.
"""
import re

from lint_report import Report, code, is_test, sources, text

EVENTS = "docs/reference/log-events.md"
METRICS = "docs/reference/metrics.md"
CALL = re.compile(r'(?:\.|->)(debug|info|warning|error)\(\s*"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"|'
                  r'\blog\(\s*(?:sdk::)?Level::(\w+),\s*"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"')
LITERAL = re.compile(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"')
METRIC = re.compile(r'"(larder_(?!plugin")[a-z0-9_]+)"')
KIND = re.compile(r'\b(counter|gauge|histogram)\(\s*"(larder_[a-z0-9_]+)"')


def line_of(source, position):
    return source.count("\n", 0, position) + 1


def product():
    for below in ("core", "plugins"):
        for path in sources(below):
            if not is_test(path):
                yield path, code(path)


def rows(page):
    """{name: (line, columns)} of the tables of a page; a row may name several."""
    found = {}
    for number, line in enumerate(text(page).splitlines(), 1):
        if line.startswith("| `"):
            columns = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            for name in re.findall(r"`([^`]+)`", columns[0]):
                found.setdefault(name, []).append((number, columns))
    return found


def check_events(report):
    documented = rows(EVENTS)
    places, levels = {}, {}
    for path, source in product():
        for match in LITERAL.finditer(source):
            if match[1] in documented:
                places.setdefault(match[1], []).append((path, line_of(source, match.start())))
        for match in CALL.finditer(source):
            event, level = match[2] or match[4], (match[1] or match[3]).lower()
            here = (path, line_of(source, match.start(2) if match[2] else match.start(4)))
            levels.setdefault(event, (level, here))
            if here not in places.setdefault(event, []):
                places[event].append(here)
    for event in sorted(set(documented) | set(places)):
        report.look()
        at = places.get(event, [])
        if event not in documented:
            report.wrong_at(at[0][0], at[0][1], f"event {event} has no row in {EVENTS}")
            continue
        number, columns = documented[event][0]
        if len(documented[event]) > 1:
            report.wrong_at(EVENTS, documented[event][1][0], f"{event} has two rows")
        if not at:
            report.wrong_at(EVENTS, number, f"nothing logs {event}; take the row out")
        if len(at) > 1:
            also = ", ".join(f"{path}:{line}" for path, line in at[1:])
            report.wrong_at(at[0][0], at[0][1], f"event {event} is logged elsewhere too ({also}); "
                                                "give each place a name of its own")
        if len(columns) != 4 or not all(columns):
            report.wrong_at(EVENTS, number, f"{event}: a row has event, level, cause, what to do")
        elif event in levels and columns[1] != levels[event][0]:
            report.wrong_at(EVENTS, number, f"{event} is logged as {levels[event][0]}, not {columns[1]}")


def check_metrics(report):
    documented = rows(METRICS)
    used, kinds = {}, {}
    for path, source in product():
        for match in METRIC.finditer(source):
            used.setdefault(match[1], (path, line_of(source, match.start())))
        for match in KIND.finditer(source):
            kinds[match[2]] = (match[1], path, line_of(source, match.start()))
    for name in sorted(set(used) | {n for n in documented if n.startswith("larder_")}):
        report.look()
        if name not in documented:
            report.wrong_at(*used[name], f"metric {name} has no row in {METRICS}")
        elif name not in used:
            report.wrong_at(METRICS, documented[name][0][0], f"nothing counts {name}; take the row out")
    for name, (kind, path, line) in kinds.items():
        if kind == "counter" and not name.endswith("_total"):
            report.wrong_at(path, line, f"counter {name}: its name ends in _total")
        if kind == "histogram" and not name.endswith(("_seconds", "_bytes")):
            report.wrong_at(path, line, f"histogram {name}: its name ends in _seconds or _bytes")
        if kind == "gauge" and name.endswith("_total"):
            report.wrong_at(path, line, f"gauge {name}: _total is for counters")
        if name in documented and documented[name][0][1][1] != kind:
            report.wrong_at(METRICS, documented[name][0][0],
                            f"{name} is a {kind}, not a {documented[name][0][1][1]}")


def main():
    report = Report()
    check_events(report)
    check_metrics(report)
    report.finish()


if __name__ == "__main__":
    main()
