// Whatever is in the file, loading it ends with problems or without, never otherwise.
#include <fstream>
#include <iterator>
#include <random>

#include "core/config/configuration.h"
#include "tests/support/test.h"

namespace {

namespace config = larder::config;

class MutationTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MutationTest);
  CPPUNIT_TEST(damagedFilesAreReadOrRefused);
  CPPUNIT_TEST_SUITE_END();

  static std::string damaged(std::string text, std::mt19937& random) {
    static constexpr std::string_view kPieces[] = {
        "{",     "}",   "[",   "]",    ": ",        "- ",     "\n",       "\t",  "\"",
        "'",     "&a ", "*a ", "<<: ", "? ",        "| ",     "> ",       "!x ", "---\n",
        "...\n", "${",  "$${", "}",    "%YAML 9\n", "\xff",   "\xc3\xbc", "#",   ",",
        "~",     "\\",  "\r",  "@",    "`",         "null: ", "  "};
    const auto below = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    for (std::size_t changes = 1 + below(6); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      if (below(3) == 0) {
        text.erase(at, 1 + below(12));
      } else {
        text.insert(at, kPieces[below(std::size(kPieces))]);
      }
    }
    return text;
  }

 public:
  void damagedFilesAreReadOrRefused() {
    std::ifstream in(std::string(LARDER_SOURCE_DIR) + "/etc/larder.yaml");
    const std::string whole(std::istreambuf_iterator<char>(in), {});
    CPPUNIT_ASSERT(!whole.empty());
    const larder::test::TemporaryDirectory directory;
    const std::string path = directory / "larder.yaml";
    std::mt19937 random(1);
    int refused = 0;
    for (int i = 0; i < 600; ++i) {
      const std::string text = damaged(whole, random);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
      config::Problems problems;
      try {
        const auto configuration = config::Configuration::load(path, problems);
        CPPUNIT_ASSERT_MESSAGE(text, configuration || !problems.empty());
        refused += problems.empty() ? 0 : 1;
      } catch (const std::exception& e) {
        CPPUNIT_FAIL(std::string(e.what()) + " out of:\n" + text);
      }
    }
    CPPUNIT_ASSERT(refused > 100 && refused < 600);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MutationTest);

}  // namespace
