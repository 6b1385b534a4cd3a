#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace larder::http {

/// Takes a request body out of its framing: Content-Length or chunked (RFC 9112
/// sections 6 and 7). A body is only Done when its framing says so.
class BodyDecoder {
 public:
  enum class State : std::uint8_t { More, Done, Bad };

  struct Piece {
    std::size_t used = 0;   ///< Of the input.
    std::string_view data;  ///< Body bytes in it.
    State state = State::More;
  };

  static BodyDecoder fixed(std::uint64_t length);
  static BodyDecoder chunked();

  /// Takes the next piece of `input`; call again with what it left until it has
  /// used everything or is no longer More. Bad: trailing bytes mean nothing.
  Piece next(std::string_view input);

 private:
  enum class Step : std::uint8_t {
    Length,
    Size,
    Extension,
    SizeEnd,
    Data,
    DataCr,
    DataLf,
    Trailer,
    TrailerEnd
  };

  Piece data(std::string_view input);
  State step(char c);
  State size(char c);
  State trailer(char c);

  Step step_ = Step::Length;
  std::uint8_t digits_ = 0;
  bool hadColon_ = false;         // in the trailer line
  std::uint16_t lineLength_ = 0;  // of the extension, or of the trailer line
  std::uint16_t trailerBytes_ = 0;
  std::uint64_t left_ = 0;  // of the chunk or the body
};

}  // namespace larder::http
