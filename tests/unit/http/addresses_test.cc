#include <cppunit/TestFixture.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/unit/http/harness.h"

namespace larder::http::test {
namespace {

/// A self-signed certificate with a name to tell it by.
void makeCertificate(const std::string& directory, const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  FILE* file = std::fopen((directory + "/cert.pem").c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen((directory + "/key.pem").c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/// OpenSSL's blocking client over a Client's socket.
class SecureClient {
 public:
  explicit SecureClient(const std::string& address, int newest = TLS1_3_VERSION)
      : client_(address), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_max_proto_version(context_, newest);
    SSL_CTX_set_security_level(context_, 0);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.fd());
    connected = SSL_connect(ssl_) == 1;
  }
  ~SecureClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  SecureClient(const SecureClient&) = delete;

  std::string ask(const std::string& request) {
    SSL_write(ssl_, request.data(), static_cast<int>(request.size()));
    std::string answer;
    std::vector<char> buffer(65536);
    while (!whole(answer)) {
      const int got = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
      if (got <= 0) break;
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return answer;
  }
  bool cleanEnd() {
    char byte = 0;
    return SSL_read(ssl_, &byte, 1) == 0 && SSL_get_shutdown(ssl_) == SSL_RECEIVED_SHUTDOWN;
  }
  std::string name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    char text[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, 100);
    X509_free(certificate);
    return text;
  }

  bool connected = false;

 private:
  static bool whole(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    const auto length = answer.find("Content-Length: ");
    return end != std::string::npos &&
           answer.size() >= end + 4 + std::stoul(answer.substr(length + 16));
  }

  Client client_;
  SSL_CTX* context_;
  SSL* ssl_;
};

class SecureTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SecureTest);
  CPPUNIT_TEST(requestsOverTls);
  CPPUNIT_TEST(largeFileOverTls);
  CPPUNIT_TEST(uploadOverTls);
  CPPUNIT_TEST(oldVersionsAreRefused);
  CPPUNIT_TEST(reloadUsesTheNewCertificateAndDropsNobody);
  CPPUNIT_TEST(brokenReloadKeepsTheOldCertificate);
  CPPUNIT_TEST(brokenCertificateRefusesToStart);
  CPPUNIT_TEST(plainRequestOnTlsPortEndsTheConnection);
  CPPUNIT_TEST(closeIsAnnounced);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    fixture_ =
        std::make_unique<Fixture>([this](ServerOptions& options, ScriptedApplication& application) {
          makeCertificate(directory_.path(), "first");
          options.tlsCertificate = directory_ / "cert.pem";
          options.tlsKey = directory_ / "key.pem";
          application.scripts["/scheme"] = [](const auto& request) {
            return answerText(request->scheme);
          };
          application.scripts["/echo"] = [](const auto&) { return echo(std::uint64_t{1} << 30); };
          application.scripts["/file"] = [this](const auto&) {
            Response response;
            response.body = file_;
            return answerNow(response);
          };
        });
  }
  void tearDown() override { fixture_.reset(); }

  void requestsOverTls() {
    SecureClient client(fixture_->address());
    CPPUNIT_ASSERT(client.connected);
    CPPUNIT_ASSERT(client.ask(get("/scheme")).ends_with("https"));
    CPPUNIT_ASSERT(client.ask(get("/")).ends_with("hello"));
  }
  void largeFileOverTls() {
    std::string bytes;
    while (bytes.size() < 3'000'000) bytes += std::to_string(bytes.size()) + " ";
    const std::string path = directory_ / "large";
    FILE* out = std::fopen(path.c_str(), "w");
    std::fwrite(bytes.data(), 1, bytes.size(), out);
    std::fclose(out);
    file_ = FileBody{std::make_shared<sdk::FileHandle>(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
                     bytes.size(),
                     "\"x\"",
                     {}};
    SecureClient client(fixture_->address());
    for (int i = 0; i < 2; ++i) {
      const std::string answer = client.ask(get("/file"));
      CPPUNIT_ASSERT(answer.ends_with(bytes));
    }
  }
  void uploadOverTls() {
    SecureClient client(fixture_->address());
    const std::string body(2'000'000, 'u');
    const std::string answer =
        client.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + body);
    CPPUNIT_ASSERT(answer.find("2000000:uuu") != std::string::npos);
  }
  void oldVersionsAreRefused() {
    CPPUNIT_ASSERT(!SecureClient(fixture_->address(), TLS1_1_VERSION).connected);
    CPPUNIT_ASSERT(SecureClient(fixture_->address(), TLS1_2_VERSION).connected);
  }
  void reloadUsesTheNewCertificateAndDropsNobody() {
    SecureClient before(fixture_->address());
    CPPUNIT_ASSERT_EQUAL(std::string("first"), before.name());
    makeCertificate(directory_.path(), "second");
    LARDER_ASSERT_OK(fixture_->server->reloadTls());
    SecureClient after(fixture_->address());
    CPPUNIT_ASSERT_EQUAL(std::string("second"), after.name());
    CPPUNIT_ASSERT(before.ask(get("/")).ends_with("hello"));
  }
  void brokenReloadKeepsTheOldCertificate() {
    CPPUNIT_ASSERT_EQUAL(0, ::truncate((directory_ / "key.pem").c_str(), 10));
    const auto reloaded = fixture_->server->reloadTls();
    CPPUNIT_ASSERT(reloaded.is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(reloaded.error().message().find("key.pem") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("first"), SecureClient(fixture_->address()).name());
  }
  void brokenCertificateRefusesToStart() {
    ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.tlsCertificate = "/nonexistent.pem";
    options.tlsKey = "/nonexistent.pem";
    Server server(options, fixture_->application, fixture_->log, fixture_->numbers);
    CPPUNIT_ASSERT(server.start().is(sdk::Errc::Invalid));
  }
  void plainRequestOnTlsPortEndsTheConnection() {
    Client client = fixture_->connect();
    client.send(get("/"));
    const std::string answer = client.readAll();
    CPPUNIT_ASSERT(answer.find("HTTP/1.1 200") == std::string::npos);
  }
  void closeIsAnnounced() {
    SecureClient client(fixture_->address());
    CPPUNIT_ASSERT(client.ask(get("/", "Connection: close\r\n")).ends_with("hello"));
    CPPUNIT_ASSERT(client.cleanEnd());
  }

 private:
  larder::test::TemporaryDirectory directory_;
  FileBody file_;
  std::unique_ptr<Fixture> fixture_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecureTest);

class ListenTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ListenTest);
  CPPUNIT_TEST(unixSocketServes);
  CPPUNIT_TEST(staleUnixSocketIsReplaced);
  CPPUNIT_TEST(livingUnixSocketIsNotReplaced);
  CPPUNIT_TEST(fileInTheWayIsNotReplaced);
  CPPUNIT_TEST(unixSocketIsRemovedAtTheEnd);
  CPPUNIT_TEST(severalAddressesWithRealPorts);
  CPPUNIT_TEST(addressInUseIsNamed);
  CPPUNIT_TEST(strangeAddressesAreInvalid);
  CPPUNIT_TEST(trustedProxySpeaksForItsClient);
  CPPUNIT_TEST_SUITE_END();

 public:
  void unixSocketServes() {
    auto fixture = listening({path()});
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), fixture->ask(get("/")).body);
    CPPUNIT_ASSERT_EQUAL(std::string("unix"), fixture->application.finished(1).at(0).peer);
  }
  void staleUnixSocketIsReplaced() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, (directory_ / "s").c_str(), sizeof name.sun_path - 1);
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    CPPUNIT_ASSERT_EQUAL(0, ::bind(left, reinterpret_cast<sockaddr*>(&name), sizeof name));
    ::close(left);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), listening({path()})->ask(get("/")).body);
  }
  void livingUnixSocketIsNotReplaced() {
    auto first = listening({path()});
    CPPUNIT_ASSERT(startWith({path()}).is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), first->ask(get("/")).body);
  }
  void fileInTheWayIsNotReplaced() {
    FILE* file = std::fopen((directory_ / "s").c_str(), "w");
    std::fclose(file);
    CPPUNIT_ASSERT(startWith({path()}).is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(0, ::access((directory_ / "s").c_str(), F_OK));
  }
  void unixSocketIsRemovedAtTheEnd() {
    listening({path()}).reset();
    CPPUNIT_ASSERT(::access((directory_ / "s").c_str(), F_OK) != 0);
  }
  void severalAddressesWithRealPorts() {
    auto fixture = listening({"127.0.0.1:0", "127.0.0.1:0", path()});
    const auto addresses = fixture->server->addresses();
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, addresses.size());
    CPPUNIT_ASSERT(addresses[0] != addresses[1]);
    for (const std::string& address : addresses) {
      CPPUNIT_ASSERT(!address.ends_with(":0"));
      Client client(address);
      client.send(get("/"));
      CPPUNIT_ASSERT_EQUAL(200, client.read().status);
    }
  }
  void addressInUseIsNamed() {
    auto first = listening({"127.0.0.1:0"});
    const auto second = startWith({first->address()});
    CPPUNIT_ASSERT(second.is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT(second.error().message().find(first->address()) != std::string::npos);
  }
  void strangeAddressesAreInvalid() {
    for (const std::string& address :
         {std::string("unix:"), "unix:" + std::string(200, 'x'), std::string("127.0.0.1:99999"),
          std::string("127.0.0.1:http-alt-nonsense"), std::string("")}) {
      CPPUNIT_ASSERT_MESSAGE(address, !startWith({address}).ok());
    }
  }
  void trustedProxySpeaksForItsClient() {
    const auto show = [](const auto& request) {
      return answerText(request->peer + " " + request->scheme + " " + request->host + " " +
                        request->forwardedPrefix);
    };
    const std::string asked = get("/",
                                  "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                                  "X-Forwarded-Host: p.example\r\nX-Forwarded-Prefix: /pkg\r\n");
    Fixture trusting([&](ServerOptions& options, ScriptedApplication& application) {
      options.trustedProxies = {"127.0.0.0/8"};
      application.otherwise = show;
    });
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1 https p.example /pkg"), trusting.ask(asked).body);
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), trusting.application.finished(1).at(0).peer);
    Fixture distrusting(
        [&](ServerOptions&, ScriptedApplication& application) { application.otherwise = show; });
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1 http x "), distrusting.ask(asked).body);
  }

 private:
  std::string path() const { return "unix:" + (directory_ / "s"); }
  std::unique_ptr<Fixture> listening(std::vector<std::string> addresses) {
    return std::make_unique<Fixture>(
        [&](ServerOptions& options, auto&) { options.listen = std::move(addresses); });
  }
  sdk::Result<void> startWith(std::vector<std::string> addresses) {
    ServerOptions options;
    options.listen = std::move(addresses);
    ScriptedApplication application;
    EventLog log;
    Numbers numbers;
    Server server(std::move(options), application, log, numbers);
    return server.start();
  }

  larder::test::TemporaryDirectory directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ListenTest);

}  // namespace
}  // namespace larder::http::test
