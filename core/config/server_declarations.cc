#include <iterator>

#include "core/config/declarations.h"

namespace larder::config {

namespace {

using sdk::SettingSpec;
using sdk::SettingType;

constexpr SettingSpec kTls[] = {
    {"certificate", SettingType::Path, "", false,
     "PEM file with the certificate and the chain up to, but without, the root."},
    {"key", SettingType::Path, "", false, "PEM file with its private key."},
};

constexpr SettingSpec kLog[] = {
    {"format", SettingType::String, "text", false,
     "`text`, or `json`: one object a line. Reloaded."},
    {"level", SettingType::String, "info", false,
     "The least important lines to write: `debug`, `info`, `warning` or `error`. Reloaded."},
};

constexpr SettingSpec kAccessLog[] = {
    {"path", SettingType::String, "stdout", false,
     "A file, `stdout`, `stderr`, or `off`. A file is opened anew on SIGHUP."},
    {"format", SettingType::String, "text", false,
     "`text` (the combined form, then seconds, request id and repository) or `json`."},
};

constexpr SettingSpec kThrottle[] = {
    {"per_user", SettingType::Integer, "10", false,
     "Wrong passwords for one user before the next attempts have to wait; 0: at once."},
    {"per_address", SettingType::Integer, "20", false,
     "Wrong passwords from one address before its next attempts have to wait; 0: at once."},
    {"first_wait", SettingType::Duration, "1s", false,
     "The first wait; each further failure doubles it."},
    {"longest_wait", SettingType::Duration, "5m", false, "The longest wait."},
    {"forget_after", SettingType::Duration, "30m", false, "Failures this old count no longer."},
};

constexpr SettingSpec kServer[] = {
    {"listen", SettingType::List, "[\"127.0.0.1:8080\"]", false,
     "Where to listen: `host:port`, `[::1]:port`, `unix:/path`. Port 0 takes any free one."},
    {"base_url", SettingType::String, "", false,
     "How clients see the server, `https://packages.example.org/prefix`, when a proxy gives it "
     "another address. Empty: the address that clients used."},
    {"trusted_proxies", SettingType::List, "", false,
     "Networks (`10.0.0.0/8`, `::1`, `unix` for unix sockets) whose Forwarded and X-Forwarded-* "
     "headers are believed."},
    {"tls", SettingType::Map, "", false,
     "Both files, or none for plain HTTP. The files are read anew on SIGHUP.", kTls,
     std::size(kTls)},
    {"upload_limit", SettingType::Size, "4GiB", false, "The largest upload."},
    {"spool", SettingType::Path, "var/spool", false, "The directory of uploads in flight."},
    {"log", SettingType::Map, "", false, "The log, on standard error.", kLog, std::size(kLog)},
    {"access_log", SettingType::Map, "", false, "One line per request.", kAccessLog,
     std::size(kAccessLog)},
    {"loops", SettingType::Integer, "0", false,
     "Event loops; 0: one per processor core. A loop is a thread that does network input and "
     "output and answers from memory."},
    {"workers", SettingType::Integer, "32", false,
     "Threads for requests that may have to wait for a disk or another server."},
    {"queue", SettingType::Integer, "1024", false,
     "Requests that may wait for a worker; more are answered 503 with Retry-After."},
    {"max_connections", SettingType::Integer, "0", false,
     "Open connections; 0: what the limit on open files allows."},
    {"head_limit", SettingType::Size, "32KiB", false,
     "Request line and headers; more is answered 431."},
    {"target_limit", SettingType::Size, "8KiB", false, "The request line; more is answered 414."},
    {"head_timeout", SettingType::Duration, "20s", false,
     "For a whole request head, TLS handshake included."},
    {"body_timeout", SettingType::Duration, "60s", false,
     "The window in which a body must make progress (1 KiB/s) while it is received."},
    {"write_timeout", SettingType::Duration, "60s", false, "The same while an answer is sent."},
    {"idle_timeout", SettingType::Duration, "75s", false,
     "How long a connection stays open between two requests."},
    {"handler_timeout", SettingType::Duration, "5m", false,
     "For answering a request that has been received; then 503."},
    {"drain_timeout", SettingType::Duration, "30s", false,
     "How long running requests may go on after SIGTERM."},
    {"remember_credentials", SettingType::Duration, "60s", false,
     "How long a verified password is remembered, as a keyed digest; 0: not at all. A change that "
     "the access backend tells is noticed at once all the same."},
    {"throttle", SettingType::Map, "", false, "How guessing passwords is slowed down.", kThrottle,
     std::size(kThrottle)},
};

constexpr SettingSpec kPlugins[] = {
    {"path", SettingType::List, "", false,
     "Directories that are searched before the installed one."},
};

}  // namespace

std::span<const SettingSpec> serverSettings() { return kServer; }
std::span<const SettingSpec> pluginsSettings() { return kPlugins; }

}  // namespace larder::config
