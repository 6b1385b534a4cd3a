#include "core/auth/authorization.h"

#include <algorithm>
#include <utility>

#include "core/auth/base64.h"
#include "core/base/utf8.h"

namespace larder::auth {
namespace {

constexpr std::size_t kLongestUser = 256;
constexpr std::size_t kLongestText = 8192;

sdk::Error refused(std::string text) {
  return sdk::Error(sdk::Errc::Unauthenticated, std::move(text));
}

bool sameWord(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool hasControl(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string utf8FromLatin1(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8.push_back(c);
    } else {
      utf8.push_back(static_cast<char>(0xC0 | byte >> 6));
      utf8.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
  return utf8;
}

sdk::Result<std::optional<Login>> parseBasic(std::string_view encoded) {
  auto text = decodeBase64(encoded, Base64::Standard);
  if (!text) return refused("the Basic credentials are not valid base64");
  if (findInvalidUtf8(*text) != std::string_view::npos) text = utf8FromLatin1(*text);
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos)
    return refused("the Basic credentials have no ':' between user and password");
  if (hasControl(*text)) return refused("the Basic credentials hold a control character");
  if (colon > kLongestUser) return refused("the user name is too long");
  return std::optional<Login>(
      Login{.user = text->substr(0, colon), .secret = text->substr(colon + 1)});
}

/// RFC 6750: b64token.
bool isToken(std::string_view text) noexcept {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
  const std::size_t end = text.find_first_not_of(kAlphabet);
  return end == std::string_view::npos ||
         (end > 0 && text.find_first_not_of('=', end) == std::string_view::npos);
}

}  // namespace

sdk::Result<std::optional<Login>> parseAuthorization(std::string_view field) {
  field = trimmed(field);
  if (field.empty()) return std::optional<Login>();
  if (field.size() > kLongestText) return refused("the Authorization field is too long");
  const std::size_t blank = std::min(field.find(' '), field.size());
  const std::string_view scheme = field.substr(0, blank);
  const std::string_view rest = trimmed(field.substr(blank));
  if (sameWord(scheme, "basic")) return parseBasic(rest);
  if (sameWord(scheme, "bearer") || sameWord(scheme, "token")) {
    if (rest.empty() || !isToken(rest)) return refused("the token is malformed");
    return std::optional<Login>(
        Login{.user = std::string(kTokenUser), .secret = std::string(rest)});
  }
  return refused("this way of logging in is not known here; use Basic or Bearer");
}

}  // namespace larder::auth
