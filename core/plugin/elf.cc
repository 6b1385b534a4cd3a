#include "core/plugin/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include "larder/sdk/storage.h"

namespace larder::plugin {
namespace {

constexpr unsigned char kHostClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
#if defined(__x86_64__)
constexpr Elf64_Half kHostMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kHostMachine = EM_AARCH64;
#else
#error "name this machine's ELF type here"
#endif

sdk::Error corrupt(std::string text) { return {sdk::Errc::Corrupt, std::move(text)}; }

/// A read-only view of a file. Offsets and lengths come from the file itself, so
/// every access says what it wants and is refused beyond the end.
class Image {
 public:
  Image() = default;
  Image(Image&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Image& operator=(Image&&) = delete;
  ~Image() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }

  static sdk::Result<Image> open(const std::string& path) {
    const sdk::FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat about {};
    if (!file || ::fstat(file.get(), &about) != 0) {
      const auto code = errno == ENOENT ? sdk::Errc::NotFound : sdk::Errc::Unavailable;
      return sdk::Error(code, std::generic_category().message(errno));
    }
    if (!S_ISREG(about.st_mode)) return corrupt("not a regular file");
    Image image;
    if (about.st_size == 0) return image;
    const auto size = static_cast<std::size_t>(about.st_size);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (mapped == MAP_FAILED) {
      return sdk::Error(sdk::Errc::Unavailable, std::generic_category().message(errno));
    }
    image.bytes_ = {static_cast<const std::byte*>(mapped), size};
    return image;
  }

  bool holds(std::uint64_t offset, std::uint64_t length) const noexcept {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  /// Requires: holds(offset, sizeof(T)).
  template <class T>
  T at(std::uint64_t offset) const noexcept {
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  /// The NUL-terminated text at `offset`, or empty when it runs off `end`.
  std::string text(std::uint64_t offset, std::uint64_t end) const {
    if (offset >= end || !holds(offset, end - offset)) return {};
    const auto* first = reinterpret_cast<const char*>(bytes_.data() + offset);
    const std::size_t length = ::strnlen(first, end - offset);
    return length == end - offset ? std::string() : std::string(first, length);
  }

 private:
  std::span<const std::byte> bytes_;
};

sdk::Result<Elf64_Ehdr> readHeader(const Image& image) {
  if (!image.holds(0, SELFMAG) || std::memcmp(image.at<Elf32_Ehdr>(0).e_ident, ELFMAG, 4) != 0) {
    return corrupt("not a shared library (no ELF header)");
  }
  if (!image.holds(0, sizeof(Elf64_Ehdr)))
    return corrupt("cut short: its ELF header is incomplete");
  const auto header = image.at<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != kHostClass || header.e_machine != kHostMachine) {
    return corrupt("built for another machine");
  }
  if (header.e_type != ET_DYN) return corrupt("not a shared library (an ELF file of another type)");
  return header;
}

sdk::Result<void> checkSegments(const Image& image, const Elf64_Ehdr& header) {
  if (header.e_phentsize != sizeof(Elf64_Phdr) ||
      !image.holds(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) {
    return corrupt("cut short: its program headers lie beyond the end of the file");
  }
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = image.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!image.holds(segment.p_offset, segment.p_filesz)) {
      return corrupt("cut short: segment " + std::to_string(i) +
                     " lies beyond the end of the file");
    }
  }
  return {};
}

bool isExported(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL && visibility != STV_HIDDEN &&
         visibility != STV_INTERNAL;
}

sdk::Result<std::vector<ExportedSymbol>> readSymbols(const Image& image, const Elf64_Shdr& table,
                                                     const Elf64_Shdr& strings) {
  if (!image.holds(table.sh_offset, table.sh_size) ||
      !image.holds(strings.sh_offset, strings.sh_size)) {
    return corrupt("cut short: its dynamic symbols lie beyond the end of the file");
  }
  std::vector<ExportedSymbol> found;
  for (std::uint64_t i = 0; i < table.sh_size / sizeof(Elf64_Sym); ++i) {
    const auto symbol = image.at<Elf64_Sym>(table.sh_offset + i * sizeof(Elf64_Sym));
    if (!isExported(symbol)) continue;
    found.push_back(
        {image.text(strings.sh_offset + symbol.st_name, strings.sh_offset + strings.sh_size),
         symbol.st_size, ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT});
  }
  return found;
}

}  // namespace

sdk::Result<std::vector<ExportedSymbol>> exportedSymbols(const std::string& path) {
  LARDER_TRY_ASSIGN(const Image image, Image::open(path));
  LARDER_TRY_ASSIGN(const Elf64_Ehdr header, readHeader(image));
  LARDER_TRY(checkSegments(image, header));
  if (header.e_shoff == 0 || header.e_shentsize != sizeof(Elf64_Shdr) ||
      !image.holds(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr))) {
    return corrupt("cut short: its section headers are missing or beyond the end of the file");
  }
  const auto section = [&](std::uint64_t index) {
    return image.at<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr table = section(i);
    if (table.sh_type != SHT_DYNSYM) continue;
    if (table.sh_link >= header.e_shnum) return corrupt("its dynamic symbols have no names");
    return readSymbols(image, table, section(table.sh_link));
  }
  return corrupt("not a shared library (no dynamic symbols)");
}

}  // namespace larder::plugin
