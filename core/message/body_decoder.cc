#include "core/message/body_decoder.h"

#include <algorithm>

#include "core/message/text.h"

namespace larder::http {
namespace {

// Nobody uses extensions or trailers in uploads; room for them is room for abuse.
constexpr std::uint16_t kExtensionLimit = 256;
constexpr std::uint16_t kTrailerLimit = 8 * 1024;
constexpr std::uint8_t kSizeDigits = 15;  // below 2^60, so that sums cannot overflow

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool isControl(char c) noexcept {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

BodyDecoder BodyDecoder::fixed(std::uint64_t length) {
  BodyDecoder decoder;
  decoder.left_ = length;
  return decoder;
}

BodyDecoder BodyDecoder::chunked() {
  BodyDecoder decoder;
  decoder.step_ = Step::Size;
  return decoder;
}

BodyDecoder::Piece BodyDecoder::next(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size()) {
    if (step_ == Step::Data || step_ == Step::Length) {
      Piece piece = data(input.substr(used));
      piece.used += used;
      return piece;
    }
    const State state = step(input[used++]);
    if (state != State::More) return {used, {}, state};
  }
  return {used, {}, State::More};
}

BodyDecoder::Piece BodyDecoder::data(std::string_view input) {
  const auto taken =
      input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
  left_ -= taken.size();
  if (left_ > 0) return {taken.size(), taken, State::More};
  if (step_ == Step::Length) return {taken.size(), taken, State::Done};
  step_ = Step::DataCr;
  return {taken.size(), taken, State::More};
}

BodyDecoder::State BodyDecoder::size(char c) {
  if (const int digit = hexDigit(c); digit >= 0) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return ++digits_ > kSizeDigits ? State::Bad : State::More;
  }
  if (digits_ == 0) return State::Bad;
  if (c != '\r' && c != ';') return State::Bad;
  step_ = c == ';' ? Step::Extension : Step::SizeEnd;
  lineLength_ = 0;
  return State::More;
}

BodyDecoder::State BodyDecoder::trailer(char c) {
  if (++trailerBytes_ > kTrailerLimit) return State::Bad;
  if (c == '\r') {
    step_ = Step::TrailerEnd;
    return lineLength_ == 0 || hadColon_ ? State::More : State::Bad;
  }
  if (isControl(c)) return State::Bad;
  if (c == ':') {
    if (lineLength_ == 0) return State::Bad;
    hadColon_ = true;
  }
  ++lineLength_;
  return hadColon_ || isToken({&c, 1}) ? State::More : State::Bad;
}

BodyDecoder::State BodyDecoder::step(char c) {
  switch (step_) {
    case Step::Size:
      return size(c);
    case Step::Extension:
      if (c == '\r') {
        step_ = Step::SizeEnd;
        return State::More;
      }
      return isControl(c) || ++lineLength_ > kExtensionLimit ? State::Bad : State::More;
    case Step::SizeEnd:
      step_ = left_ == 0 ? Step::Trailer : Step::Data;
      digits_ = 0;
      lineLength_ = 0;
      return c == '\n' ? State::More : State::Bad;
    case Step::DataCr:
      step_ = Step::DataLf;
      return c == '\r' ? State::More : State::Bad;
    case Step::DataLf:
      step_ = Step::Size;
      return c == '\n' ? State::More : State::Bad;
    case Step::Trailer:
      return trailer(c);
    case Step::TrailerEnd:
      if (c != '\n') return State::Bad;
      if (lineLength_ == 0) return State::Done;
      step_ = Step::Trailer;
      lineLength_ = 0;
      hadColon_ = false;
      return State::More;
    case Step::Data:
    case Step::Length:
      break;
  }
  return State::Bad;
}

}  // namespace larder::http
