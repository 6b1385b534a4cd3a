#include "upload_form.h"

#include <algorithm>
#include <cctype>

#include "escape.h"

namespace larder::pypi {
namespace {

sdk::Error invalid(std::string text) { return {sdk::Errc::Invalid, std::move(text)}; }

std::string text(const sdk::Form& form, std::string_view name) {
  const std::string_view value = form.field(name).value_or("");
  const auto first = value.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(value.substr(first, value.find_last_not_of(" \t\r\n") - first + 1));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Of two parts programs on the way may have checked the other one.
sdk::Result<sdk::FormFile*> findContent(sdk::Form& form) {
  const auto isContent = [](const auto& field) { return field.first == "content"; };
  const auto texts = std::count_if(form.fields.begin(), form.fields.end(), isContent);
  sdk::FormFile* content = nullptr;
  std::size_t parts = static_cast<std::size_t>(texts);
  for (auto& file : form.files) {
    if (file.field != "content") continue;
    content = &file;
    ++parts;
  }
  if (parts > 1) return invalid("The form has several parts named 'content'; send one file");
  if (content != nullptr) return content;
  if (parts == 1) {
    return invalid("The field 'content' is text; send it as a file with a file name");
  }
  return invalid("Missing argument 'content': the file to upload");
}

sdk::Result<void> checkDigest(std::string_view name, const std::string& claimed,
                              sdk::DigestAlgorithm algorithm, sdk::SpooledContent& content) {
  if (claimed.empty()) return {};
  LARDER_TRY_ASSIGN(const std::string actual, content.digest(algorithm));
  if (claimed == actual) return {};
  return invalid("The " + std::string(name) + " of the content is " + actual +
                 ", but the form says " + inQuotes(claimed));
}

}  // namespace

sdk::Result<UploadForm> parseUploadForm(sdk::Form& form) {
  const std::string action = text(form, ":action");
  if (!action.empty() && action != "file_upload") {
    return invalid("Unknown action " + inQuotes(action) + "; the only one is 'file_upload'");
  }
  const std::string protocol = text(form, "protocol_version");
  if (!protocol.empty() && protocol != "1") {
    return invalid("Unknown protocol_version " + inQuotes(protocol) + "; the only one is '1'");
  }
  UploadForm upload;
  LARDER_TRY_ASSIGN(upload.content, findContent(form));
  upload.name = text(form, "name");
  upload.version = text(form, "version");
  upload.requiresPython = text(form, "requires_python");
  upload.summary = text(form, "summary");
  upload.md5 = lower(text(form, "md5_digest"));
  upload.sha256 = lower(text(form, "sha256_digest"));
  upload.blake2b = lower(text(form, "blake2_256_digest"));
  return upload;
}

sdk::Result<void> checkDigests(const UploadForm& form, sdk::SpooledContent& content) {
  LARDER_TRY(checkDigest("SHA-256", form.sha256, sdk::DigestAlgorithm::Sha256, content));
  LARDER_TRY(checkDigest("BLAKE2b-256", form.blake2b, sdk::DigestAlgorithm::Blake2b256, content));
  return checkDigest("MD5", form.md5, sdk::DigestAlgorithm::Md5, content);
}

}  // namespace larder::pypi
