#include "core/http/writer.h"

namespace larder::http {
namespace {

constexpr std::size_t kCopied = 16 * 1024;  // smaller bodies go into one buffer with their head

void writeText(Output& output, std::string&& body) {
  if (body.size() <= kCopied) {
    output.text().append(body);
  } else {
    output.text(std::move(body));
  }
}

void writeBody(Output& output, Response&& response, const Selection& chosen) {
  if (auto* text = std::get_if<std::string>(&response.body)) {
    writeText(output, std::move(*text));
  } else if (auto* prepared = std::get_if<PreparedBody>(&response.body)) {
    const std::string_view bytes = chosen.gzip ? (*prepared)->gzip : (*prepared)->identity;
    if (bytes.size() <= kCopied) {
      output.text().append(bytes);
    } else {
      output.share(std::move(*prepared), bytes);
    }
  } else if (auto* file = std::get_if<FileBody>(&response.body)) {
    output.file(std::move(file->file), chosen.offset, *chosen.length);
  }
}

}  // namespace

Written writeResponse(Output& output, const Request* request, Response&& response, bool http11,
                      bool close) {
  const Selection chosen = select(request, response);
  Written written;
  written.status = chosen.status;
  written.framing = framingOf(chosen, http11);
  written.streams = chosen.withBody && std::holds_alternative<StreamBody>(response.body);
  appendHead(output.text(), request, response, chosen, {http11, close, written.framing});
  if (!chosen.withBody || written.streams) return written;
  written.body = *chosen.length;
  writeBody(output, std::move(response), chosen);
  return written;
}

}  // namespace larder::http
