#include "make_archives.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <memory>
#include <stdexcept>

namespace larder::pypi::test {
namespace {

void put16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>((value >> 8) & 0xFF);
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

std::uint32_t crc32Of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1)));
  }
  return ~crc;
}

// What local header and central directory have in common: from "version needed" to the lengths.
std::string zipFields(const std::string& name, const std::string& content) {
  std::string out;
  put16(out, 20);          // Version needed.
  put16(out, 0);           // Flags.
  put16(out, 0);           // Stored.
  put32(out, 0x00210000);  // 1980-01-01.
  put32(out, crc32Of(content));
  put32(out, static_cast<std::uint32_t>(content.size()));
  put32(out, static_cast<std::uint32_t>(content.size()));
  put16(out, static_cast<std::uint32_t>(name.size()));
  put16(out, 0);  // No extra field.
  return out;
}

int appendTo(std::string* out, const void* bytes, std::size_t size) {
  out->append(static_cast<const char*>(bytes), size);
  return 0;
}

la_ssize_t writeToString(struct archive*, void* out, const void* bytes, std::size_t size) {
  appendTo(static_cast<std::string*>(out), bytes, size);
  return static_cast<la_ssize_t>(size);
}

void check(int status) {
  if (status != ARCHIVE_OK) throw std::runtime_error("libarchive cannot write the test's archive");
}

}  // namespace

std::string makeZip(const Members& members) {
  std::string out;
  std::string directory;
  for (const auto& [name, content] : members) {
    const auto offset = static_cast<std::uint32_t>(out.size());
    out += "PK\3\4" + zipFields(name, content) + name + content;
    directory += "PK\1\2";
    put16(directory, 20);
    directory += zipFields(name, content);
    put16(directory, 0);           // No comment.
    put16(directory, 0);           // Disk.
    put16(directory, 0);           // Internal attributes.
    put32(directory, 0x81A40000);  // A regular file, 0644.
    put32(directory, offset);
    directory += name;
  }
  const auto start = static_cast<std::uint32_t>(out.size());
  out += directory + "PK\5\6";
  put32(out, 0);
  put16(out, static_cast<std::uint32_t>(members.size()));
  put16(out, static_cast<std::uint32_t>(members.size()));
  put32(out, static_cast<std::uint32_t>(directory.size()));
  put32(out, start);
  put16(out, 0);
  return out;
}

std::string makeTarGz(const Members& members) {
  std::string out;
  const std::unique_ptr<struct archive, int (*)(struct archive*)> writer(archive_write_new(),
                                                                         &archive_write_free);
  check(archive_write_set_format_pax_restricted(writer.get()));
  check(archive_write_add_filter_gzip(writer.get()));
  check(archive_write_set_options(writer.get(), "gzip:!timestamp"));
  check(archive_write_open(writer.get(), &out, nullptr, &writeToString, nullptr));
  for (const auto& [name, content] : members) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    check(archive_write_header(writer.get(), entry.get()));
    archive_write_data(writer.get(), content.data(), content.size());
  }
  check(archive_write_close(writer.get()));
  return out;
}

std::string metadataText(std::string_view name, std::string_view version, std::string_view more) {
  std::string text = "Metadata-Version: 2.1\n";
  text.append("Name: ").append(name).append("\nVersion: ").append(version).append("\n");
  return text.append(more);
}

std::string makeWheel(std::string_view stem, std::string_view metadata, std::string_view payload) {
  const std::string info = std::string(stem) + ".dist-info/";
  return makeZip({{"module.py", std::string(payload)},
                  {info + "METADATA", std::string(metadata)},
                  {info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"},
                  {info + "RECORD", ""}});
}

std::string makeSdist(std::string_view stem, std::string_view metadata, std::string_view payload) {
  const std::string top = std::string(stem) + "/";
  Members members{{top + "setup.py", std::string(payload)}};
  if (!metadata.empty()) members.emplace_back(top + "PKG-INFO", std::string(metadata));
  return makeTarGz(members);
}

}  // namespace larder::pypi::test
