#include <cppunit/TestFixture.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <thread>

#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

using std::chrono::milliseconds;

class ConnectionsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ConnectionsTest);
  CPPUNIT_TEST(pipelinedRequestsAreAnsweredInOrder);
  CPPUNIT_TEST(fastAnswerWaitsForTheSlowOneBefore);
  CPPUNIT_TEST(manyPipelinedRequestsDoNotPileUp);
  CPPUNIT_TEST(closeIsHeardAmongOtherOptions);
  CPPUNIT_TEST(http10ClosesUnlessAsked);
  CPPUNIT_TEST(halfClosedClientGetsItsAnswer);
  CPPUNIT_TEST(halfClosedClientGetsTheSlowAnswerToo);
  CPPUNIT_TEST(headMayArriveByteByByte);
  CPPUNIT_TEST(slowHeadIs408);
  CPPUNIT_TEST(silentConnectionIsClosedQuietly);
  CPPUNIT_TEST(idleConnectionIsClosed);
  CPPUNIT_TEST(slowBodyIs408);
  CPPUNIT_TEST(readerThatStopsIsCutOff);
  CPPUNIT_TEST(slowReaderGetsEverything);
  CPPUNIT_TEST(longTargetIs414);
  CPPUNIT_TEST(longHeadIs431);
  CPPUNIT_TEST(headAtTheLimitIsServed);
  CPPUNIT_TEST(thousandIdleConnectionsLeaveRoomForMore);
  CPPUNIT_TEST(idleConnectionsMakeRoomAtTheLimit);
  CPPUNIT_TEST(requestsBeforeTheConnectionIsClosedAreReported);
  CPPUNIT_TEST_SUITE_END();

 public:
  void pipelinedRequestsAreAnsweredInOrder() {
    Fixture fixture([](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [](const auto& request) { return answerText(request->target); };
      application.scripts["/pool"] = [](const auto& request) {
        return handleWith([request](auto) {
          Response response;
          response.body = request->target;
          return response;
        });
      };
    });
    Client client = fixture.connect();
    std::string all;
    for (int i = 0; i < 200; ++i) all += get((i % 3 == 0 ? "/pool?" : "/now?") + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 200; ++i) {
      CPPUNIT_ASSERT_EQUAL((i % 3 == 0 ? "/pool?" : "/now?") + std::to_string(i),
                           client.read().body);
    }
  }

  void fastAnswerWaitsForTheSlowOneBefore() {
    Gate gate;
    Fixture fixture([&](ServerOptions&, ScriptedApplication& application) {
      application.scripts["/slow"] = [&](const auto&) {
        return handleWith([&](auto) {
          gate.wait();
          Response response;
          response.body = "slow";
          return response;
        });
      };
    });
    Client client = fixture.connect();
    client.send(get("/slow") + get("/"));
    gate.awaitVisitor();
    gate.open();
    CPPUNIT_ASSERT_EQUAL(std::string("slow"), client.read().body);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), client.read().body);
  }

  void manyPipelinedRequestsDoNotPileUp() {
    Fixture fixture([](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [](const auto&) { return answerText(std::string(10'000, 'x')); };
    });
    Client client = fixture.connect();
    constexpr int kRequests = 3000;
    std::thread sender([&] {
      for (int i = 0; i < kRequests; ++i) client.send(get("/"));
    });
    for (int i = 0; i < kRequests; ++i) {
      if (client.read().body.size() != 10'000) break;
    }
    sender.join();
    CPPUNIT_ASSERT_EQUAL(std::size_t{kRequests}, fixture.application.finished(kRequests).size());
  }

  void closeIsHeardAmongOtherOptions() {
    Fixture fixture;
    Client client = fixture.connect();
    client.send(get("/", "Connection: x, close\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("close"), client.read().header("connection"));
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void http10ClosesUnlessAsked() {
    Fixture fixture;
    Client closing = fixture.connect();
    closing.send("GET / HTTP/1.0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), closing.read().body);
    CPPUNIT_ASSERT(closing.endedByServer());
    Client staying = fixture.connect();
    for (int i = 0; i < 2; ++i) {
      staying.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
      CPPUNIT_ASSERT_EQUAL(std::string("keep-alive"), staying.read().header("connection"));
    }
  }

  void halfClosedClientGetsItsAnswer() {
    Fixture fixture;
    Client client = fixture.connect();
    client.send(get("/") + get("/")).halfClose();
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void halfClosedClientGetsTheSlowAnswerToo() {
    Gate gate;
    Fixture fixture([&](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [&](const auto&) {
        return handleWith([&](auto) {
          gate.wait();
          return Response();
        });
      };
    });
    Client client = fixture.connect();
    client.send(get("/")).halfClose();
    gate.awaitVisitor();
    gate.open();
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void headMayArriveByteByByte() {
    Fixture fixture;
    Client client = fixture.connect();
    for (const char c : get("/a", "X: y\r\n") + get("/b")) client.send({&c, 1});
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
  }

  void slowHeadIs408() {
    Fixture fixture([](ServerOptions& options, auto&) { options.head = milliseconds(50); });
    Client client = fixture.connect();
    client.send("GET / HTTP/1.1\r\nHost:");
    CPPUNIT_ASSERT_EQUAL(408, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void silentConnectionIsClosedQuietly() {
    Fixture fixture([](ServerOptions& options, auto&) { options.head = milliseconds(50); });
    CPPUNIT_ASSERT(fixture.connect().endedByServer());
  }

  void idleConnectionIsClosed() {
    Fixture fixture([](ServerOptions& options, auto&) { options.idle = milliseconds(50); });
    Client client = fixture.connect();
    client.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void slowBodyIs408() {
    Fixture fixture([](ServerOptions& options, ScriptedApplication& application) {
      options.body = milliseconds(50);
      application.otherwise = [](const auto&) { return echo(); };
    });
    Client client = fixture.connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    CPPUNIT_ASSERT_EQUAL(408, client.read().status);
    CPPUNIT_ASSERT(client.endedByServer());
  }

  void readerThatStopsIsCutOff() {
    Fixture fixture([](ServerOptions& options, ScriptedApplication& application) {
      options.write = milliseconds(50);
      application.otherwise = [](const auto&) { return answerText(std::string(40'000'000, 'x')); };
    });
    Client client = fixture.connect();
    client.send(get("/"));
    // Nothing is read until the server has given up.
    const auto seen = fixture.application.finished(1).at(0);
    CPPUNIT_ASSERT_EQUAL(200, seen.status);
    CPPUNIT_ASSERT(seen.sent < 40'000'000);
    CPPUNIT_ASSERT(!client.read().whole);
    CPPUNIT_ASSERT(client.wasReset());
  }

  void slowReaderGetsEverything() {
    Fixture fixture([](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [](const auto&) { return answerText(std::string(20'000'000, 'x')); };
    });
    Client client = fixture.connect();
    const int small = 64 * 1024;
    ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{20'000'000}, client.read().body.size());
    client.send(get("/"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{20'000'000}, client.read().body.size());
  }

  void longTargetIs414() {
    Fixture fixture;
    CPPUNIT_ASSERT_EQUAL(414, fixture.ask(get("/" + std::string(8192, 'a'))).status);
    CPPUNIT_ASSERT_EQUAL(414, fixture.ask("GET /" + std::string(9000, 'a')).status);
    CPPUNIT_ASSERT_EQUAL(200, fixture.ask(get("/" + std::string(8000, 'a'))).status);
  }

  void longHeadIs431() {
    Fixture fixture;
    const std::string line = "X-A: " + std::string(1000, 'a') + "\r\n";
    std::string lines;
    for (int i = 0; i < 40; ++i) lines += line;
    CPPUNIT_ASSERT_EQUAL(431, fixture.ask(get("/", lines)).status);
    CPPUNIT_ASSERT_EQUAL(431,
                         fixture.ask("GET / HTTP/1.1\r\nX: " + std::string(40'000, 'a')).status);
  }

  void headAtTheLimitIsServed() {
    Fixture fixture;
    const std::string rest = get("/", "X: \r\n");
    CPPUNIT_ASSERT_EQUAL(
        200,
        fixture.ask(get("/", "X: " + std::string(32 * 1024 - rest.size(), 'a') + "\r\n")).status);
    CPPUNIT_ASSERT_EQUAL(
        431, fixture.ask(get("/", "X: " + std::string(32 * 1024 - rest.size() + 1, 'a') + "\r\n"))
                 .status);
  }

  void thousandIdleConnectionsLeaveRoomForMore() {
    Fixture fixture([](ServerOptions& options, auto&) { options.poolThreads = 1; });
    std::vector<Client> idle;
    for (int i = 0; i < 1000; ++i) {
      idle.push_back(fixture.connect());
      idle.back().send(get("/"));
    }
    for (Client& client : idle) CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    CPPUNIT_ASSERT_EQUAL(200, fixture.ask(get("/")).status);
    for (Client& client : idle) client.send(get("/"));
    for (Client& client : idle) CPPUNIT_ASSERT_EQUAL(200, client.read().status);
  }

  void idleConnectionsMakeRoomAtTheLimit() {
    Fixture fixture([](ServerOptions& options, auto&) {
      options.maxConnections = 3;
      options.loops = 1;
    });
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(fixture.connect());
      clients.back().send(get("/"));
      CPPUNIT_ASSERT_EQUAL(200, clients.back().read().status);
    }
    CPPUNIT_ASSERT(clients[0].endedByServer());
    clients[5].send(get("/"));
    CPPUNIT_ASSERT_EQUAL(200, clients[5].read().status);
  }

  void requestsBeforeTheConnectionIsClosedAreReported() {
    Gate gate;
    std::atomic<bool> cancelled = false;
    Fixture fixture([&](ServerOptions&, ScriptedApplication& application) {
      application.otherwise = [&](const auto&) {
        Plan plan = handleWith([&](auto) {
          gate.wait();
          return Response();
        });
        plan.cancel = [&] { cancelled = true; };
        return plan;
      };
    });
    Client client = fixture.connect();
    client.send(get("/gone"));
    gate.awaitVisitor();
    const linger now{1, 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    client.closeNow();
    const auto seen = fixture.application.finished(1).at(0);
    CPPUNIT_ASSERT_EQUAL(499, seen.status);
    CPPUNIT_ASSERT(cancelled);
    gate.open();
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectionsTest);

}  // namespace
}  // namespace larder::http::test
