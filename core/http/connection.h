#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/deadlines.h"
#include "core/http/event_target.h"
#include "core/http/exchange.h"
#include "core/http/output.h"
#include "core/http/transport.h"
#include "core/http/writer.h"
#include "core/message/body_decoder.h"
#include "core/message/parser.h"

namespace larder::http {

class Loop;

/// A client's connection: reads requests, has them answered, sends the answers in
/// order. Lives in one loop and is touched by its thread only.
class Connection final : public EventTarget, public Deadline {
 public:
  Connection(Engine& engine, Loop& loop, Transport transport, std::string peer);
  ~Connection() override;

  void onEvents(std::uint32_t events) override;
  void expired(WaitKind kind) override;

  /// Does what can be done without waiting.
  void drive();
  /// Ends now when idle, otherwise after the current request.
  void finishSoon();
  /// Cuts everything off.
  void cutOff();

  int descriptor() const noexcept { return transport_.descriptor(); }
  std::size_t place = 0;  ///< In the loop's list.
  bool queued = false;    ///< To be visited again.
  bool retired = false;   ///< To be deleted.

 private:
  enum class State : std::uint8_t {
    Head,    // reads a request
    Body,    // receives a body
    Work,    // waits for the pool's answer
    Stream,  // sends a body that the pool reads
    Drain,   // reads the rest of a body nobody wants
    Linger,  // waits for the client to see the end
    Closed,
  };

  /// The request being read or answered.
  struct Current {
    std::shared_ptr<Request> request;
    Framing framing;
    std::chrono::steady_clock::time_point began;
    std::uint64_t received = 0;  // of the body
    bool unread = false;         // of the body, something
    bool bodyBegun = false;      // some of it came with the head
  };

  /// An answer on its way out.
  struct Answer {
    std::shared_ptr<const Request> request;  // null: unreadable
    int status = 0;
    std::uint64_t received = 0;
    std::uint64_t begin = 0;  // of its head in the output
    std::uint64_t body = 0;   // where its body begins there
    std::uint64_t end = 0;
    std::chrono::steady_clock::time_point began;
  };

  bool takesInput() const noexcept;
  bool takeBuffered();
  bool takeFromSocket();
  std::size_t consume(std::string_view input);
  std::size_t consumeHead(std::string_view input);
  std::size_t consumeBody(std::string_view input);
  void store(std::string_view bytes);
  void onEnd();
  void takeBody(const BodyDecoder::Piece& piece);

  void begin(std::string_view head, bool moreFollows);
  void dispatch();
  void startExchange(Plan plan);
  void startBody();
  void saturated();

  void admitted();
  void answered();
  void pulled();

  void answer(Response&& response);
  void answerFailure(int status, std::string_view message);
  void refuse(const Refusal& refusal);
  void afterAnswer();
  void prepareUnreadBody(const Response& response);
  void sendPiece();
  void pullMore();

  bool flush();
  void account();
  void report(const Answer& answer) noexcept;
  void finishOrLinger();
  void abort();
  void close();
  void schedule();
  void wait(WaitKind wait);
  std::uint64_t progress(WaitKind wait) const noexcept;
  bool movesFastEnough(WaitKind wait) const noexcept;
  void handlerOverdue();

  Engine& engine_;
  Loop& loop_;
  Transport transport_;
  const std::string peer_;
  bool trusted_;

  State state_ = State::Head;
  bool readable_ = false;
  bool writable_ = true;
  bool halfClosed_ = false;   // the end of the client's bytes is in the socket
  bool ended_ = false;        // and has been read
  bool last_ = false;         // no request after this one
  bool untidy_ = false;       // the client may still be sending when we end
  bool bufferedNew_ = false;  // something in buffered_ has not been looked at
  bool pulling_ = false;
  bool started_ = false;  // at least one request has been read
  BodyFraming streamFraming_ = BodyFraming::Length;

  std::string buffered_;
  HeadScanner scanner_;
  BodyDecoder decoder_;
  Current current_;
  std::shared_ptr<Exchange> exchange_;
  Output output_;
  std::vector<Answer> answers_;

  std::uint64_t drained_ = 0;
  std::uint64_t counted_ = 0;       // of the output, in metrics
  std::uint64_t progressMark_ = 0;  // at the begin of the current window
  std::chrono::steady_clock::time_point lingerUntil_{};
};

}  // namespace larder::http
