#include "tests/unit/config/support.h"

namespace {

using larder::test::ConfigFile;
using larder::test::kMinimal;
using larder::test::problemsWith;

class ServerTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ServerTest);
  CPPUNIT_TEST(listenAddressesAreChecked);
  CPPUNIT_TEST(theCommandLineReplacesListen);
  CPPUNIT_TEST(baseUrlsAreChecked);
  CPPUNIT_TEST(networksAreChecked);
  CPPUNIT_TEST(tlsNeedsBothFiles);
  CPPUNIT_TEST(wordsAreChecked);
  CPPUNIT_TEST(rangesAreChecked);
  CPPUNIT_TEST_SUITE_END();

  static std::string server(const std::string& settings) {
    return problemsWith("server: { " + settings + " }\n");
  }

  static void accepted(const std::string& settings) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(settings, std::string(), server(settings));
  }

  static void refused(const std::string& settings, const std::string& why) {
    const std::string found = server(settings);
    CPPUNIT_ASSERT_MESSAGE(settings + " -> " + found, found.find(why) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(found, found.starts_with("larder.yaml:6:"));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(found, found.size() - 1, found.find('\n'));
  }

 public:
  void listenAddressesAreChecked() {
    for (const char* good : {"127.0.0.1:0", "0.0.0.0:8080", "[::]:443", "[::1]:8080",
                             "packages.example:80", "localhost:8080", "unix:/run/larder.sock"}) {
      accepted("listen: [\"" + std::string(good) + "\"]");
    }
    for (const char* bad : {"8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:-1", "127.0.0.1:http", "::1:8080", "[::1]", "[1.2.3.4]:80",
                            "1.2.3.400:80", "1.2.3:80", "*:80", "a b:80", "http://x:80"}) {
      refused("listen: [\"" + std::string(bad) + "\"]", "server.listen: ");
    }
    refused("listen: []", "is empty");
    refused("listen: [\"unix:run/x\"]", "must start with /");
    refused("listen: [\"unix:/" + std::string(200, 'x') + "\"]", "at most 107 bytes");
    refused("listen: [\"127.0.0.1:80\", \"127.0.0.1:80\"]", "is there twice");
    accepted("listen: [\"127.0.0.1:0\", \"127.0.0.1:0\"]");
  }

  void theCommandLineReplacesListen() {
    ConfigFile file(std::string(kMinimal) + "server: { listen: [nonsense] }\n");
    const auto configuration = file.load({"127.0.0.1:9", "[::1]:9"});
    CPPUNIT_ASSERT_EQUAL(std::string(), file.text());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, configuration->listen().size());
    ConfigFile bad{std::string(kMinimal)};
    bad.load({"nonsense"});
    CPPUNIT_ASSERT(bad.text().starts_with("--listen: \"nonsense\" is no address"));
  }

  void baseUrlsAreChecked() {
    for (const char* good : {"", "http://a", "https://packages.example.org/prefix",
                             "https://a.example:8443", "http://[::1]:8080/x", "http://[::1]"}) {
      accepted("base_url: \"" + std::string(good) + "\"");
    }
    for (const char* bad :
         {"packages.example.org", "ftp://a", "https://", "https:///x", "https://a?x", "https://a#x",
          "https://user@a", "https://a b", "https://a:port", "https://[::1", "https://[x]"}) {
      refused("base_url: \"" + std::string(bad) + "\"", "server.base_url: ");
    }
  }

  void networksAreChecked() {
    accepted("trusted_proxies: [10.0.0.0/8, 192.0.2.7, \"::1\", \"fd00::/8\", unix, 0.0.0.0/0]");
    for (const char* bad : {"10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/x", "::1/129",
                            "proxy.example", "", "10.0.0.0/-1"}) {
      refused("trusted_proxies: [\"" + std::string(bad) + "\"]", "server.trusted_proxies: ");
    }
  }

  void tlsNeedsBothFiles() {
    accepted("tls: { certificate: \"\", key: \"\" }");
    refused("tls: { certificate: /etc/hostname }", "server.tls.key: is missing");
    refused("tls: { key: /etc/hostname }", "server.tls.certificate: is missing");
    accepted("tls: { certificate: /dev/null, key: /dev/null }");
    refused("tls: { certificate: /dev/null, key: /no/such.pem }",
            "server.tls.key: cannot read \"/no/such.pem\": No such file");
  }

  void wordsAreChecked() {
    refused("log: { level: warn }",
            "must be one of debug, info, warning, error; found \"warn\" (did you mean");
    refused("log: { format: xml }", "must be one of text, json");
    refused("access_log: { format: combined }", "must be one of text, json");
    refused("access_log: { path: \"\" }", "write a file, stdout, stderr or off");
    accepted("access_log: { path: off }");
  }

  void rangesAreChecked() {
    refused("loops: -1", "must be from 0 to 1024; found -1");
    refused("workers: 0", "must be from 1 to 4096");
    refused("queue: 0", "must be from 1");
    refused("upload_limit: 0", "must be from 1 to");
    refused("head_limit: 2MiB", "must be from 1024");
    refused("target_limit: 64KiB", "must not be larger than head_limit");
    refused("idle_timeout: 0", "must be longer than 0");
    accepted("drain_timeout: 0, remember_credentials: 0, loops: 8");
    refused("throttle: { first_wait: 1h }", "must not be longer than longest_wait");
    refused("throttle: { per_user: -1 }", "must be from 0");
    refused("spool: \"\"", "write a directory");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ServerTest);

class RepositoriesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RepositoriesTest);
  CPPUNIT_TEST(mountsAreChecked);
  CPPUNIT_TEST(oneFormatNeedsDifferentMounts);
  CPPUNIT_TEST(rightsAreChecked);
  CPPUNIT_TEST(everyoneMayWriteOnlyWhereNobodyElseIs);
  CPPUNIT_TEST(downloadsAreRedirectedOrStreamed);
  CPPUNIT_TEST_SUITE_END();

  static std::string repositories(const std::string& entries, const std::string& server = "",
                                  std::vector<std::string> listen = {}) {
    ConfigFile file(server + R"(
storage: { main: { plugin: filesystem } }
cache: { main: { plugin: sqlite } }
access: { main: { plugin: config } }
repositories:
)" + entries);
    file.load(std::move(listen));
    return file.text();
  }

  static std::string repository(const std::string& settings, const std::string& server = "",
                                std::vector<std::string> listen = {}) {
    return repositories(
        "  r: { format: pypi, storage: main, cache: main, access: main, " + settings + " }\n",
        server, std::move(listen));
  }

  static void refused(const std::string& settings, const std::string& why) {
    const std::string found = repository(settings);
    CPPUNIT_ASSERT_MESSAGE(settings + " -> " + found, found.find(why) != std::string::npos);
  }

 public:
  void mountsAreChecked() {
    for (const char* good : {"/", "/team", "/team/", "/a/b-c/d.e_f~g/"}) {
      CPPUNIT_ASSERT_EQUAL(std::string(), repository("mount: " + std::string(good)));
    }
    for (const char* bad :
         {"\"\"", "team", "//", "/a//b", "/a/../b", "/.", "/a%20b", "\"/a?b\"", "\"/a b\"", "/ä"}) {
      refused("mount: " + std::string(bad), "repositories.r.mount: ");
    }
    for (const char* own : {"/admin", "/api/", "/health/x", "/metrics"}) {
      refused("mount: " + std::string(own), "the server's own addresses");
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), repository("mount: /administration"));
  }

  void oneFormatNeedsDifferentMounts() {
    const std::string parts = "storage: main, cache: main, access: main";
    CPPUNIT_ASSERT_EQUAL(
        std::string("larder.yaml:8:71: repositories.b.mount: the repository a of the same format "
                    "is already at \"/x/\"; give one of the two another mount, such as /b/\n"),
        repositories("  a: { format: pypi, mount: /x/, " + parts + " }\n" +
                     "  c: { format: debian, mount: /x/, " + parts + " }\n" +
                     "  b: { format: pypi, " + parts + ", mount: /x }\n"));
  }

  void rightsAreChecked() {
    CPPUNIT_ASSERT_EQUAL(std::string(),
                         repository("default_read: [everyone, admin, Staff, \"a b\"]"));
    refused("default_read: [Everyone]", "would be a group of that name; write everyone");
    refused("overwrite: [AUTHENTICATED]", "write authenticated");
    refused("delete: [\"*\"]", "\"*\" has no meaning");
    refused("default_write: [\"\"]", "empty name");
    refused("default_write: [\"a\\nb\"]", "control character");
    refused("default_write: authenticated", "write [\"authenticated\"]");
  }

  void everyoneMayWriteOnlyWhereNobodyElseIs() {
    const std::string open = "default_write: [everyone]";
    for (const char* local :
         {"127.0.0.1:80", "127.1.2.3:80", "[::1]:80", "localhost:80", "unix:/run/x"}) {
      CPPUNIT_ASSERT_EQUAL(
          std::string(), repository(open, "server: { listen: [\"" + std::string(local) + "\"] }"));
      CPPUNIT_ASSERT_EQUAL(std::string(), repository(open, "", {local}));
    }
    for (const char* remote :
         {"0.0.0.0:80", "[::]:80", "192.0.2.7:80", "127.example.org:80", "[::ffff:192.0.2.7]:80"}) {
      const std::string both =
          "server: { listen: [\"127.0.0.1:1\", \"" + std::string(remote) + "\"] }";
      CPPUNIT_ASSERT(repository(open, both).find("but it listens on \"" + std::string(remote)) !=
                     std::string::npos);
      CPPUNIT_ASSERT(repository(open, "", {remote}).find("everyone may write only") !=
                     std::string::npos);
    }
  }

  void downloadsAreRedirectedOrStreamed() {
    refused("downloads: proxy", "must be redirect or stream; found \"proxy\"");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepositoriesTest);

}  // namespace
