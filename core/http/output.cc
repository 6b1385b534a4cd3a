#include "core/http/output.h"

#include <algorithm>
#include <array>

namespace larder::http {
namespace {

constexpr std::size_t kPiecesPerWrite = 8;
constexpr std::uint64_t kBytesPerVisit = 2 * 1024 * 1024;
constexpr std::size_t kSpareCapacity = 32 * 1024;
constexpr std::size_t kSentPieces = 16;  // kept before they are cleared away

/// One buffer per loop that goes from response to response.
thread_local std::string spareText;

}  // namespace

std::string& Output::text() {
  if (empty() || pieces_.back().data != nullptr || pieces_.back().file >= 0) {
    Piece& piece = pieces_.emplace_back();
    piece.text.swap(spareText);
  }
  return pieces_.back().text;
}

void Output::text(std::string&& whole) {
  if (!whole.empty()) pieces_.emplace_back().text = std::move(whole);
}

void Output::share(std::shared_ptr<const void> owner, std::string_view bytes) {
  if (bytes.empty()) return;
  Piece& piece = pieces_.emplace_back();
  piece.owner = std::move(owner);
  piece.data = bytes.data();
  piece.left = bytes.size();
}

void Output::file(std::shared_ptr<sdk::FileHandle> file, std::uint64_t offset,
                  std::uint64_t length) {
  if (length == 0) return;
  Piece& piece = pieces_.emplace_back();
  piece.file = file->get();
  piece.owner = std::move(file);
  piece.position = offset;
  piece.left = length;
}

std::uint64_t Output::queued() const noexcept {
  std::uint64_t total = sent_;
  for (std::size_t i = first_; i < pieces_.size(); ++i) total += pieces_[i].size();
  return total;
}

Output::Flushed Output::flush(Transport& transport) {
  std::uint64_t now = 0;
  while (!empty()) {
    if (now >= kBytesPerVisit) return Flushed::Yielded;
    const std::uint64_t wanted = pieces_[first_].size();
    const auto moved = wanted == 0 ? Transport::Moved{} : sendFront(transport);
    if (moved.state == Transport::Moved::State::Blocked) return Flushed::Blocked;
    if (moved.state != Transport::Moved::State::Open) return Flushed::Failed;
    advance(moved.bytes);
    now += moved.bytes;
  }
  return Flushed::All;
}

Transport::Moved Output::sendFront(Transport& transport) {
  const Piece& front = pieces_[first_];
  if (front.file >= 0) return transport.sendFile(front.file, front.position, front.left);
  return sendMemory(transport);
}

Transport::Moved Output::sendMemory(Transport& transport) {
  std::array<iovec, kPiecesPerWrite> vectors;
  std::size_t count = 0;
  std::size_t i = first_;
  for (; i < pieces_.size() && count < vectors.size() && pieces_[i].file < 0; ++i) {
    const Piece& piece = pieces_[i];
    const char* bytes = piece.data == nullptr ? piece.text.data() : piece.data;
    vectors[count++] = {const_cast<char*>(bytes) + piece.position,
                        static_cast<std::size_t>(piece.size())};
  }
  return transport.write({vectors.data(), count}, i < pieces_.size());
}

void Output::advance(std::uint64_t bytes) {
  sent_ += bytes;
  while (first_ < pieces_.size()) {
    Piece& piece = pieces_[first_];
    const std::uint64_t taken = std::min(bytes, piece.size());
    piece.position += taken;
    if (piece.data != nullptr || piece.file >= 0) piece.left -= taken;
    bytes -= taken;
    if (piece.size() > 0) break;
    if (piece.text.capacity() > spareText.capacity() && piece.text.capacity() <= kSpareCapacity) {
      piece.text.clear();
      spareText.swap(piece.text);
    }
    piece = Piece{};
    ++first_;
  }
  if (first_ >= kSentPieces) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  if (!empty()) return;
  // Keeps room for one piece: what an idle connection holds on to.
  first_ = 0;
  if (pieces_.capacity() > 2) {
    pieces_ = {};
  } else {
    pieces_.clear();
  }
}

}  // namespace larder::http
