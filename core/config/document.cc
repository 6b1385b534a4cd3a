#include "core/config/document.h"

#include <sys/stat.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "core/base/utf8.h"
#include "core/config/document_builder.h"
#include "core/config/words.h"

namespace larder::config {

namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20;

Position positionOf(const std::string& file, const std::string& text, std::size_t offset) {
  const auto begin = text.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(offset);
  const std::size_t line = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  const std::size_t start = line == std::string::npos ? 0 : line + 1;
  return {file, static_cast<int>(std::count(begin, end, '\n')) + 1,
          static_cast<int>(offset - start) + 1};
}

// The line of the number, counted from 0.
std::string_view lineOf(std::string_view text, int number) {
  for (; number > 0 && text.find('\n') != std::string_view::npos; --number) {
    text.remove_prefix(text.find('\n') + 1);
  }
  return text.substr(0, text.find('\n'));
}

// yaml-cpp's words, and what they usually mean.
std::string explainSyntax(const std::string& message, std::string_view line) {
  struct Hint {
    std::string_view words;
    std::string_view advice;
  };
  static constexpr Hint kHints[] = {
      {"end of map flow", "close the { with }, and put commas between its entries"},
      {"end of sequence flow", "close the [ with ], and put commas between its items"},
      {"illegal map value",
       "put a text that holds \": \" in quotes, check the indentation, and close any { or [ above"},
      {"end of map", "check the indentation of this line, and the ':' after its key"},
      {"end of sequence", "check the indentation of this line"},
      {"EOF in scalar", "close the quotes"},
      {"unknown escape", "in double quotes write \\\\ for a backslash, or use single quotes"},
      {"referenced anchor",
       "write &name before the value it stands for, or put a text that starts with * in quotes"},
      {"alias", "put a text that starts with * in quotes"},
      {"anchor", "put a text that starts with & in quotes"},
      {"unknown token", "put a text that starts with @, `, % or another sign in quotes"},
  };
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos) {
    return "is not YAML: a tab in the indentation; indent with spaces";
  }
  for (const Hint& hint : kHints) {
    if (message.find(hint.words) != std::string::npos) {
      return "is not YAML: " + message + "; " + std::string(hint.advice);
    }
  }
  return "is not YAML: " + message + "; check quotes and indentation around this place";
}

bool isText(const std::string& file, const std::string& text, Problems& problems) {
  const std::size_t zero = text.find('\0');
  if (zero != std::string::npos) {
    problems.add(positionOf(file, text, zero), "",
                 "a NUL byte; the configuration is a text, perhaps this is another file");
    return false;
  }
  const std::size_t invalid = findInvalidUtf8(text);
  if (invalid != std::string::npos) {
    problems.add(positionOf(file, text, invalid), "",
                 "not UTF-8 from here on; save the file as UTF-8");
    return false;
  }
  return true;
}

void parse(const std::string& file, const std::string& text, DocumentBuilder& builder,
           Problems& problems) {
  std::istringstream in(text);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Abandoned&) {
  } catch (const YAML::Exception& e) {
    const bool placed = !e.mark.is_null();
    const Position where =
        placed ? Position{file, e.mark.line + 1, e.mark.column + 1} : Position{file, 0, 0};
    problems.add(where, "", explainSyntax(e.msg, placed ? lineOf(text, e.mark.line) : ""));
  }
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const noexcept {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view kindWord(Node::Kind kind) noexcept {
  switch (kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::Scalar:
      return "a text";
    case Node::Kind::List:
      return "a list";
    case Node::Kind::Map:
      return "a map";
  }
  return "nothing";
}

std::string childPath(std::string_view parent, std::string_view key) {
  return parent.empty() ? shownKey(key) : std::string(parent) + '.' + shownKey(key);
}

std::string itemPath(std::string_view parent, std::size_t index) {
  return std::string(parent) + '[' + std::to_string(index) + ']';
}

std::unique_ptr<std::string> readFile(const std::string& file, Problems& problems) {
  const auto refuse = [&](const std::string& why) {
    problems.add({file, 0, 0}, "", why);
    return nullptr;
  };
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    return refuse("cannot be read: " + std::generic_category().message(errno) +
                  "; name the configuration file with -c FILE");
  }
  if (S_ISDIR(info.st_mode)) return refuse("is a directory; name a file in it");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return refuse("cannot be read: " + std::generic_category().message(errno) +
                  "; check its permissions");
  }
  auto text = std::make_unique<std::string>(kMaxFile + 1, '\0');
  in.read(text->data(), static_cast<std::streamsize>(text->size()));
  text->resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return refuse("cannot be read to its end");
  if (text->size() > kMaxFile) return refuse("is larger than 1 MiB; this is no configuration file");
  if (text->starts_with("\xef\xbb\xbf")) text->erase(0, 3);  // what some editors put in front
  return text;
}

NodePtr parseDocument(const std::string& file, const std::string& text,
                      const Environment& environment, Problems& problems) {
  if (!isText(file, text, problems)) return nullptr;
  DocumentBuilder builder(file, text, environment, problems);
  const std::size_t before = problems.lines().size();
  parse(file, text, builder, problems);
  const NodePtr root = builder.root();
  if (root && root->kind == Node::Kind::Map) return root;
  if (problems.lines().size() > before) return nullptr;
  if (!root || root->kind == Node::Kind::Null) {
    problems.add({file, 0, 0}, "", "is empty; start from etc/minimal.yaml");
  } else {
    problems.add(root->where, "",
                 "must be a map with server, storage, cache, access and repositories; found " +
                     std::string(kindWord(root->kind)));
  }
  return nullptr;
}

}  // namespace larder::config
