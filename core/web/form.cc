#include "core/web/form.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "core/content/spooled.h"
#include "core/web/multipart.h"
#include "core/web/target.h"

namespace larder::web {
namespace {

using Json = nlohmann::ordered_json;

sdk::Error tooLarge() {
  return {sdk::Errc::TooLarge,
          "the form's fields are over " + std::to_string(kMaxFieldsBytes / 1024 / 1024) + " MiB"};
}

sdk::Result<std::string> readAll(const sdk::SpooledContent& body, std::uint64_t offset,
                                 std::uint64_t size) {
  if (size > kMaxFieldBytes) return tooLarge();
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    auto into = std::as_writable_bytes(std::span(text).subspan(filled));
    LARDER_TRY_ASSIGN(const std::size_t got, body.readAt(offset + filled, into));
    if (got == 0) return sdk::Error(sdk::Errc::Unavailable, "a spooled upload became shorter");
    filled += got;
  }
  return text;
}

std::string mediaType(std::string_view contentType) {
  std::string type(contentType.substr(0, contentType.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

sdk::Result<sdk::Form> parseMultipart(std::string_view contentType,
                                      const std::shared_ptr<sdk::SpooledContent>& body) {
  const auto boundary = boundaryOf(contentType);
  if (!boundary) {
    return sdk::Error(sdk::Errc::Invalid, "the multipart Content-Type has no usable boundary");
  }
  LARDER_TRY_ASSIGN(std::vector<Part> parts, findParts(*body, *boundary, kMaxFormParts));
  const auto read = [body](std::uint64_t at, std::span<std::byte> into) {
    return body->readAt(at, into);
  };
  sdk::Form form;
  std::uint64_t total = 0;
  for (Part& part : parts) {
    if (part.filename) {
      form.files.push_back({std::move(part.name), std::move(*part.filename),
                            std::move(part.contentType),
                            content::makeSlice(read, part.offset, part.size)});
      continue;
    }
    total += part.size;
    if (total > kMaxFieldsBytes) return tooLarge();
    LARDER_TRY_ASSIGN(std::string value, readAll(*body, part.offset, part.size));
    if (!isUtf8(value)) {
      return sdk::Error(sdk::Errc::Invalid, "the form field " + part.name + " is not UTF-8");
    }
    form.fields.emplace_back(std::move(part.name), std::move(value));
  }
  return form;
}

std::optional<std::string> scalar(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  if (value.is_null()) return std::string();
  return std::nullopt;
}

sdk::Result<sdk::Form> parseJson(const std::string& text) {
  const auto notSo = [](std::string why) { return sdk::Error(sdk::Errc::Invalid, std::move(why)); };
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= 3; };
  Json json;
  try {
    json = Json::parse(text, shallow);
  } catch (const Json::exception&) {
    return notSo("the body is not JSON");
  }
  if (!json.is_object()) return notSo("the JSON body is not an object");
  sdk::Form form;
  for (const auto& [name, value] : json.items()) {
    if (const auto one = scalar(value)) {
      form.fields.emplace_back(name, *one);
      continue;
    }
    if (!value.is_array()) return notSo("the JSON key " + name + " is neither text nor a list");
    for (const Json& item : value) {
      const auto one = scalar(item);
      if (!one) return notSo("the JSON key " + name + " holds a list of something else than text");
      form.fields.emplace_back(name, *one);
    }
  }
  return form;
}

}  // namespace

sdk::Result<sdk::Form> parseForm(std::string_view contentType,
                                 const std::shared_ptr<sdk::SpooledContent>& body) {
  if (body->size() == 0) return sdk::Form{};
  const std::string type = mediaType(contentType);
  if (type == "multipart/form-data") return parseMultipart(contentType, body);
  if (type == "application/x-www-form-urlencoded") {
    LARDER_TRY_ASSIGN(const std::string text, readAll(*body, 0, body->size()));
    auto pairs = parseQuery(text);
    if (!pairs) return sdk::Error(sdk::Errc::Invalid, "the form has a malformed percent escape");
    if (pairs->size() > kMaxFormParts) return tooLarge();
    return sdk::Form{.fields = std::move(*pairs), .files = {}};
  }
  if (type == "application/json") {
    LARDER_TRY_ASSIGN(const std::string text, readAll(*body, 0, body->size()));
    return parseJson(text);
  }
  return sdk::Error(
      sdk::Errc::Invalid,
      (type.empty() ? std::string("the body has no Content-Type") : "the Content-Type is " + type) +
          "; send multipart/form-data, application/x-www-form-urlencoded or "
          "application/json");
}

}  // namespace larder::web
