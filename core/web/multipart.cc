#include "core/web/multipart.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "core/web/target.h"

namespace larder::web {
namespace {

constexpr std::size_t kWindow = std::size_t{256} * 1024;
constexpr std::size_t kMaxPartHeader = std::size_t{8} * 1024;
constexpr std::size_t kMaxBoundary = 70;

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
  });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the value of a parameter off the front of `text`: a token or a quoted string. Browsers
// escape a quote as %22, curl as \"; a lone backslash stays, so that C:\x.whl keeps its name.
std::optional<std::string> takeValue(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    const bool escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escape) ++i;
    value.push_back(text[i]);
  }
  if (i == text.size()) return std::nullopt;
  text.remove_prefix(i + 1);
  return value;
}

// The parameters of "type; a=b; c=\"d\"", names in lower case.
std::optional<Pairs> parameters(std::string_view value) {
  Pairs pairs;
  value.remove_prefix(std::min(value.find(';'), value.size()));
  while (!value.empty()) {
    value.remove_prefix(1);
    value = trim(value);
    if (value.empty()) break;
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string name = lower(trim(value.substr(0, equals)));
    value = trim(value.substr(equals + 1));
    auto parsed = takeValue(value);
    if (!parsed) return std::nullopt;
    value = trim(value);
    if (!value.empty() && value.front() != ';') return std::nullopt;
    pairs.emplace_back(std::move(name), std::move(*parsed));
  }
  return pairs;
}

std::string lastComponent(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// RFC 8187: UTF-8''na%C3%AFve.whl
std::optional<std::string> extendedValue(std::string_view text) {
  const std::size_t first = text.find('\'');
  if (first == std::string_view::npos || lower(text.substr(0, first)) != "utf-8") {
    return std::nullopt;
  }
  const std::size_t second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return decodePath(text.substr(second + 1));
}

sdk::Result<void> readDisposition(std::string_view value, Part& part) {
  if (lower(trim(value.substr(0, value.find(';')))) != "form-data") {
    return invalid("a part's Content-Disposition is not form-data");
  }
  const auto pairs = parameters(value);
  if (!pairs) return invalid("a part's Content-Disposition is malformed");
  bool named = false;
  std::optional<std::string> extended;
  for (const auto& [name, text] : *pairs) {
    if (name == "name") {
      if (named) return invalid("a part's Content-Disposition has two names");
      part.name = text;
      named = true;
    } else if (name == "filename") {
      if (part.filename) return invalid("a part's Content-Disposition has two filenames");
      part.filename = lastComponent(text);
    } else if (name == "filename*") {
      extended = extendedValue(text);
      if (!extended) return invalid("a part's filename* is malformed");
    }
  }
  if (!named) return invalid("a part has no name");
  if (extended) part.filename = lastComponent(*extended);
  if (!isUtf8(part.name) || (part.filename && !isUtf8(*part.filename))) {
    return invalid("a part's name or filename is not UTF-8");
  }
  return {};
}

sdk::Result<Part> readHeader(std::string_view header) {
  Part part;
  bool disposed = false;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find("\r\n"), header.size());
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(std::min(end + 2, header.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return invalid("a part's header has a line without colon");
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-disposition") {
      if (disposed) return invalid("a part has two Content-Disposition lines");
      LARDER_TRY(readDisposition(value, part));
      disposed = true;
    } else if (name == "content-type") {
      part.contentType = value;
    } else if (name == "content-transfer-encoding") {
      const std::string encoding = lower(value);
      if (encoding != "binary" && encoding != "8bit" && encoding != "7bit") {
        return invalid("a part uses Content-Transfer-Encoding, which RFC 7578 forbids");
      }
    }
  }
  if (!disposed) return invalid("a part has no Content-Disposition");
  return part;
}

// Reads the body through one window, so that memory does not grow with it.
class Scanner {
 public:
  explicit Scanner(const sdk::SpooledContent& body) : body_(body) {}

  // Up to `length` bytes at `offset`; fewer only at the body's end. Valid until the next call.
  sdk::Result<std::string_view> peek(std::uint64_t offset, std::size_t length) {
    const bool inside = offset >= start_ && offset + length <= start_ + window_.size();
    if (!inside) LARDER_TRY(load(offset));
    const auto from = static_cast<std::size_t>(offset - start_);
    return std::string_view(window_).substr(std::min(from, window_.size()), length);
  }

  // Where `needle` begins at or after `offset`; nothing when it does not.
  sdk::Result<std::optional<std::uint64_t>> find(std::string_view needle, std::uint64_t offset) {
    while (offset < body_.size()) {
      LARDER_TRY_ASSIGN(const std::string_view view, peek(offset, kWindow));
      const void* hit = ::memmem(view.data(), view.size(), needle.data(), needle.size());
      if (hit != nullptr) {
        const auto at = static_cast<const char*>(hit) - view.data();
        return std::optional(offset + static_cast<std::uint64_t>(at));
      }
      if (offset + view.size() >= body_.size()) break;
      offset += view.size() - (needle.size() - 1);
    }
    return std::optional<std::uint64_t>();
  }

 private:
  sdk::Result<void> load(std::uint64_t offset) {
    window_.resize(kWindow);
    std::size_t filled = 0;
    while (filled < kWindow) {
      LARDER_TRY_ASSIGN(const std::size_t got,
                        body_.readAt(offset + filled,
                                     std::as_writable_bytes(std::span(window_).subspan(filled))));
      if (got == 0) break;
      filled += got;
    }
    window_.resize(filled);
    start_ = offset;
    return {};
  }

  const sdk::SpooledContent& body_;
  std::string window_;
  std::uint64_t start_ = 0;
};

class PartFinder {
 public:
  PartFinder(const sdk::SpooledContent& body, std::string_view boundary)
      : scanner_(body), delimiter_("\r\n--" + std::string(boundary)) {}

  sdk::Result<std::vector<Part>> run(std::size_t maxParts) {
    LARDER_TRY_ASSIGN(std::uint64_t at, afterFirstDelimiter());
    std::vector<Part> parts;
    while (true) {
      LARDER_TRY_ASSIGN(const bool last, takeDelimiterEnd(at));
      if (last) return parts;
      if (parts.size() == maxParts) {
        return sdk::Error(sdk::Errc::TooLarge,
                          "the form has more than " + std::to_string(maxParts) + " parts");
      }
      LARDER_TRY_ASSIGN(Part part, takeHeader(at));
      LARDER_TRY_ASSIGN(const auto end, scanner_.find(delimiter_, at));
      if (!end) return invalid("the form ends in the middle of a part");
      part.offset = at;
      part.size = *end - at;
      parts.push_back(std::move(part));
      at = *end + delimiter_.size();
    }
  }

 private:
  sdk::Result<std::uint64_t> afterFirstDelimiter() {
    const std::string_view opening = std::string_view(delimiter_).substr(2);
    LARDER_TRY_ASSIGN(const std::string_view front, scanner_.peek(0, opening.size()));
    if (front == opening) return std::uint64_t{opening.size()};
    LARDER_TRY_ASSIGN(const auto found, scanner_.find(delimiter_, 0));
    if (!found) return invalid("the form does not contain its boundary");
    return *found + delimiter_.size();
  }

  // Moves past what follows a delimiter; true when it was the closing one.
  sdk::Result<bool> takeDelimiterEnd(std::uint64_t& at) {
    constexpr std::size_t kPadding = 64;
    LARDER_TRY_ASSIGN(const std::string_view tail, scanner_.peek(at, kPadding));
    if (tail.starts_with("--")) return true;
    const std::size_t end = tail.find_first_not_of(" \t");
    if (end == std::string_view::npos || tail.substr(end, 2) != "\r\n") {
      return invalid("the form's boundary is not followed by a line end");
    }
    at += end + 2;
    return false;
  }

  sdk::Result<Part> takeHeader(std::uint64_t& at) {
    LARDER_TRY_ASSIGN(const std::string_view view, scanner_.peek(at, kMaxPartHeader));
    const std::size_t end = view.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      if (view.size() == kMaxPartHeader) {
        return sdk::Error(sdk::Errc::TooLarge, "a part's header is over 8 KiB");
      }
      return invalid("the form ends in the header of a part");
    }
    auto part = readHeader(view.substr(0, end));
    at += end + 4;
    // Content that is the bare boundary would be an empty part to one reader, text to another.
    LARDER_TRY_ASSIGN(const std::string_view next, scanner_.peek(at, delimiter_.size() - 2));
    if (next == std::string_view(delimiter_).substr(2)) {
      return invalid("a part is not separated from the next boundary by a line end");
    }
    return part;
  }

  Scanner scanner_;
  std::string delimiter_;
};

}  // namespace

std::optional<std::string> boundaryOf(std::string_view contentType) {
  const auto pairs = parameters(contentType);
  if (!pairs) return std::nullopt;
  std::optional<std::string> boundary;
  for (const auto& [name, value] : *pairs) {
    if (name != "boundary") continue;
    const bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 0x7F; });
    const bool usable = !value.empty() && value.size() <= kMaxBoundary && printable;
    if (!usable || boundary) return std::nullopt;  // two would be two readings
    boundary = value;
  }
  return boundary;
}

sdk::Result<std::vector<Part>> findParts(const sdk::SpooledContent& body, std::string_view boundary,
                                         std::size_t maxParts) {
  return PartFinder(body, boundary).run(maxParts);
}

}  // namespace larder::web
