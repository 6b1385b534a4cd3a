#include "core/auth/passwords.h"

#include <chrono>

#include "core/auth/password_schemes.h"
#include "tests/support/test.h"

namespace {

using larder::auth::hashSchemes;
using larder::auth::makeHash;
using larder::auth::Passwords;
namespace sdk = larder::sdk;

constexpr const char* kSecret = "correct horse";

// Made with passlib 1.7.4 and libxcrypt 4.4.33.
constexpr const char* kHashes[] = {
    "$6$ufTYSiu0eIY3iZ/"
    "7$nUh4vkM9B4DAXM1.OZaw8ZC3EkY.h81sC7bP.ofKy5NW9MPpDWZUJvAWtEYPPRTfr3.i0XDgsas"
    "Ilj6CRVJCC1",
    "$6$rounds=20500$mYn7m05fvisBK.yz$"
    "zyUkfVr2SVAy3SNzhpWSFyPP0NnyBtXYqw6NJehJkw0HRa1oM5NUOGhBWoPhXJ"
    "rGPWl5QB7DjZdxAn/QcOm0x.",
    "$5$rounds=16000$Ff0fyKD9db44Wmk7$RWDyk1K10S9Eh4bs5VYzGShSZbhOreoa063mjpBuUAC",
    "$pbkdf2-sha512$10500$CaFUitF6b00JgXAOgfA.Rw$aiZJRK/"
    "FjcVGEkp3R1JHZF9EkWAz1Fc1Y7.4IOWc9rbpymbFe9X"
    "oFHbsehhSHcs1ZHe1czqyEmw3EyDaZMaqbQ",
    "$pbkdf2-sha512$1000$$Dt0k4jJKsZr6z2xehF6HGqTv9YTwuVOt1Sr4TuE4mfcxww9cPdD/"
    "2r7un2h6mhyKsZM3g9y9C9i"
    "TR4mN1wzuxQ",
    "$pbkdf2-sha256$13000$bs0ZI6T0fu.dMwbgPIfw3g$lei1Zj0TfK8scfqb8OWLnBInd/zZPD30/eFaDmcNemo",
    "$pbkdf2$1000$a40RwrhXyhkjBCDEmBNCyA$ZdLXv58TP1xhxum9mW3rkC6Pr.w",
    "$2b$07$9.1ytfBnwoQaqhmVRNA0POdEpm8dS9EN.Tc.ABTwt9vDTyNtVeGJ.",
    "$2y$05$uMuiKB.2gj.nRahMyXk7iuxSYIyEquh2r4RJsOzPn5RbD1yAEi2UC",
    "$argon2id$v=19$m=1024,t=1,p=2$znmP8f5fqzWmtBZCCMH4Pw$UTUKWfDfCY5u7OZwH4Ks6A",
    "$argon2i$v=19$m=1024,t=1,p=1$3xvD+P8fQ0hp7V1LKUVo7Q$1cBsuqWjci8zsKSCunnbpw",
    "$argon2d$v=19$m=1024,t=1,p=1$pZRS6j0HAICwVsp5L0XovQ$9K1llNDCrfbrTTpqZOvRKA",
    "$y$j75$V8Nj0Zt2GNy0kVAbFlbzt1$vYeynH1KS9cpiOAHWYiZAdtUUaVzIQYcDPQYgbzmCN3",
    "$gy$j75$JU0huj2jHhEvBbxQhc4So.$7jmAw8kwwxInOee51ACEjFOeQEAeSjci2oS/7Tj5nZ1",
    "$7$BU..../....g17vk0qOrHtJ5XWW6hHyG.$zCeqr.Tz1dFQ4dHX4zNCQMhPt0psXzxtBPVL7wv9yb4",
};

class PasswordsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(PasswordsTest);
  CPPUNIT_TEST(verifiesWhatOtherProgramsHaveStored);
  CPPUNIT_TEST(refusesAnyOtherSecret);
  CPPUNIT_TEST(verifiesSecretsOutsideAscii);
  CPPUNIT_TEST(refusesDamagedHashesAndSaysSo);
  CPPUNIT_TEST(refusesWeakAndForeignSchemesAndSaysWhatToDo);
  CPPUNIT_TEST(refusesHashesThatCostTooMuch);
  CPPUNIT_TEST(saysNothingOfTheHashButItsScheme);
  CPPUNIT_TEST(emptyAndOversizedSecretsNeverVerify);
  CPPUNIT_TEST(everySchemeVerifiesWhatItMakes);
  CPPUNIT_TEST(twoHashesOfOneSecretDiffer);
  CPPUNIT_TEST(thePreferredSchemeTakesLongSecrets);
  CPPUNIT_TEST(bcryptRefusesSecretsItWouldCutOff);
  CPPUNIT_TEST(unknownSchemesNameTheKnownOnes);
  CPPUNIT_TEST(verifyNothingCostsWhatAVerificationCosts);
  CPPUNIT_TEST_SUITE_END();

 public:
  void verifiesWhatOtherProgramsHaveStored() {
    for (const char* hash : kHashes) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(hash, std::string(), passwords_.unusable(hash));
      CPPUNIT_ASSERT_MESSAGE(hash, passwords_.verify(kSecret, hash));
    }
  }

  void refusesAnyOtherSecret() {
    for (const char* hash : kHashes) {
      for (const char* wrong :
           {"correct horsf", "Correct horse", "correct horse ", "correct hors"}) {
        CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(wrong, hash));
      }
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(hash, hash));
    }
  }

  void verifiesSecretsOutsideAscii() {
    const char* hash =
        "$pbkdf2-sha512$1000$ds7Z27u3lhKiNOYcQ4iREg$UiqD8S1efVflhkTfqu9MHDG4zBTp."
        "0yhuDes2qss4SfSXs43l"
        "UI6qwKQwJEeDGCLjuBMTIjtf9aYl5Ia6q0fCQ";
    CPPUNIT_ASSERT(passwords_.verify("pässwörd ✓", hash));
    CPPUNIT_ASSERT(!passwords_.verify("p\xe4ssw\xf6rd ✓", hash));
  }

  void refusesDamagedHashesAndSaysSo() {
    for (const std::string hash : kHashes) {
      const std::string cut = hash.substr(0, hash.size() - 1);
      const std::string bare = hash.substr(0, hash.rfind('$') + 1);
      for (const std::string& bad : {cut, bare, hash + "x", hash + "$", hash + "\n", hash + ":x"}) {
        CPPUNIT_ASSERT_MESSAGE(bad, !passwords_.verify(kSecret, bad));
      }
      // Whether a longer checksum is an argon2 hash is for the library to say.
      if (hash.starts_with("$argon2")) continue;
      for (const std::string& bad : {cut, bare, hash + "x", hash + "\n", hash + ":x"}) {
        CPPUNIT_ASSERT_MESSAGE(bad, !passwords_.unusable(bad).empty());
      }
    }
    CPPUNIT_ASSERT(
        !passwords_.unusable("$argon2id$v=19$m=1024,t=1,p=2$znmP8f5fqzWmtBZCCMH4Pw").empty());
    CPPUNIT_ASSERT(!passwords_.unusable("$6$rounds=20500").empty());
    CPPUNIT_ASSERT(!passwords_.unusable("$2b$").empty());
  }

  void refusesWeakAndForeignSchemesAndSaysWhatToDo() {
    const std::pair<const char*, const char*> cases[] = {
        {"$apr1$NDRbNjBc$h8R2MXUPn7alTUcb3kkNS.", "htpasswd -B"},
        {"$1$5Z0qtAGE$FDGIsgTpZXO8qpgzGrQo50", "$1$"},
        {"$sha1$1000$9J/XPT2p$pDQYEAyn8oRfusS.M7VblytNFiPD", "$sha1$"},
        {"$md5,rounds=34000$3HwVVxiC$$abEzEBkWLXCd2uJ.UnQdY.", "$md5"},
        {"$3$$cfc43211ba8dc470832267827cac1407", "$3$"},
        {"st6VIUzU6DDh2", "not a password hash"},
        {"{SSHA}e7ZNU7R8YGHw8haJKMBdAC7B3lXGGINw", "{SCHEME}"},
        {"correct horse", "not a password hash"},
        {"$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q", "$scrypt$"},
        {"!", "not a password hash"},
        {"*", "not a password hash"},
        {"", "no password hash"},
    };
    for (const auto& [hash, part] : cases) {
      const std::string why = passwords_.unusable(hash);
      CPPUNIT_ASSERT_MESSAGE(why, why.find(part) != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(why, why.find("larder hash-password") != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(kSecret, hash));
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify("correct", hash));
    }
  }

  void refusesHashesThatCostTooMuch() {
    const std::string sum86(86, 'a');
    const std::string sum43(43, 'a');
    const std::string pbkdf2 = "$a40RwrhXyhkjBCDEmBNCyA$ZdLXv58TP1xhxum9mW3rkC6Pr.w";
    const std::string argon2 = "$znmP8f5fqzWmtBZCCMH4Pw$UTUKWfDfCY5u7OZwH4Ks6A";
    for (const std::string& hash : {
             "$6$rounds=999999999$salt$" + sum86,
             "$5$rounds=5000001$salt$" + sum43,
             std::string("$2b$31$9.1ytfBnwoQaqhmVRNA0POdEpm8dS9EN.Tc.ABTwt9vDTyNtVeGJ."),
             "$y$jFT$V8Nj0Zt2GNy0kVAbFlbzt1$" + sum43,
             "$7$KU..../....g17vk0qOrHtJ5XWW6hHyG.$" + sum43,
             "$pbkdf2$4294967295" + pbkdf2,
             "$pbkdf2$3000001" + pbkdf2,
             "$argon2id$v=19$m=4194304,t=1,p=1" + argon2,
             "$argon2id$v=19$m=262144,t=17,p=1" + argon2,
             "$argon2id$v=19$m=1024,t=4294967295,p=1" + argon2,
             "$argon2id$v=19$m=1024,t=1,p=17" + argon2,
         }) {
      const std::string why = passwords_.unusable(hash);
      CPPUNIT_ASSERT_MESSAGE(hash + ": " + why, why.find("more time") != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(kSecret, hash));
    }
    for (const std::string& hash :
         {"$pbkdf2$4294967296" + pbkdf2, "$pbkdf2$0" + pbkdf2, "$pbkdf2$-1" + pbkdf2,
          "$pbkdf2$01000" + pbkdf2, "$argon2id$v=19$m=1e3,t=1,p=1" + argon2,
          "$argon2id$v=19$m=1024,t=1" + argon2, "$y$j9T/$V8Nj0Zt2GNy0kVAbFlbzt1$" + sum43}) {
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.unusable(hash).empty());
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(kSecret, hash));
    }
  }

  void saysNothingOfTheHashButItsScheme() {
    for (const char* bad :
         {"$apr1$NDRbNjBc$h8R2MXUPn7alTUcb3kkNS.", "hunter2-in-clear",
          "$secretsecretsecretsecretsecret$x", "$6$ufTYSiu0eIY3iZ/7$nUh4vkM9B4"}) {
      const std::string why = passwords_.unusable(bad);
      for (const char* part : {"NDRbNjBc", "h8R2", "hunter2", "secret", "ufTY", "nUh4"}) {
        CPPUNIT_ASSERT_MESSAGE(why, why.find(part) == std::string::npos);
      }
    }
  }

  void emptyAndOversizedSecretsNeverVerify() {
    // A hash of the empty password, which some other program made.
    const char* ofNothing = "<NULL>";
    CPPUNIT_ASSERT(!passwords_.verify("", ofNothing));
    CPPUNIT_ASSERT(!passwords_.verify("", ""));
    CPPUNIT_ASSERT(!passwords_.verify(kSecret, ""));
    const std::string withNul = std::string(kSecret) + '\0';
    CPPUNIT_ASSERT(!passwords_.verify(withNul, kHashes[0]));
    const std::string longest(4096, 'p');
    const auto hash = makeHash("pbkdf2-sha512", longest);
    LARDER_ASSERT_OK(hash);
    CPPUNIT_ASSERT(passwords_.verify(longest, *hash));
    CPPUNIT_ASSERT(!passwords_.verify(longest + "p", *hash));
    CPPUNIT_ASSERT(!makeHash("pbkdf2-sha512", longest + "p").ok());
    CPPUNIT_ASSERT_EQUAL(std::string(), passwords_.hash(""));
    CPPUNIT_ASSERT_EQUAL(std::string(), passwords_.hash(withNul));
  }

  void everySchemeVerifiesWhatItMakes() {
    const char* prefixes[] = {
        "$y$", "$6$", "$5$", "$2b$", "$argon2id$", "$pbkdf2-sha512$", "$pbkdf2-sha256$"};
    CPPUNIT_ASSERT_EQUAL(std::size(prefixes), hashSchemes().size());
    for (std::size_t i = 0; i < hashSchemes().size(); ++i) {
      const auto hash = makeHash(hashSchemes()[i], kSecret);
      LARDER_ASSERT_OK(hash);
      CPPUNIT_ASSERT_MESSAGE(*hash, hash->starts_with(prefixes[i]));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(*hash, std::string(), passwords_.unusable(*hash));
      CPPUNIT_ASSERT_MESSAGE(*hash, passwords_.verify(kSecret, *hash));
      CPPUNIT_ASSERT_MESSAGE(*hash, !passwords_.verify("incorrect horse", *hash));
    }
    CPPUNIT_ASSERT(passwords_.hash(kSecret).starts_with("$y$"));
  }

  void twoHashesOfOneSecretDiffer() {
    for (const auto scheme : hashSchemes()) {
      CPPUNIT_ASSERT(*makeHash(scheme, kSecret) != *makeHash(scheme, kSecret));
    }
  }

  void thePreferredSchemeTakesLongSecrets() {
    for (const std::size_t length : {511U, 512U, 4096U}) {
      const std::string secret(length, 'p');
      const std::string hash = passwords_.hash(secret);
      CPPUNIT_ASSERT_MESSAGE(hash, passwords_.verify(secret, hash));
      CPPUNIT_ASSERT_MESSAGE(hash, !passwords_.verify(secret.substr(1), hash));
    }
    CPPUNIT_ASSERT(makeHash("yescrypt", std::string(512, 'p')).is(sdk::Errc::Invalid));
  }

  void bcryptRefusesSecretsItWouldCutOff() {
    LARDER_ASSERT_OK(makeHash("bcrypt", std::string(72, 'p')));
    const auto refused = makeHash("bcrypt", std::string(73, 'p'));
    CPPUNIT_ASSERT(refused.is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(refused.error().message().find("73 bytes") != std::string::npos);
  }

  void unknownSchemesNameTheKnownOnes() {
    for (const char* name : {"", "md5", "apr1", "Bcrypt", "$6$"}) {
      const auto refused = makeHash(name, kSecret);
      CPPUNIT_ASSERT(refused.is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(refused.error().message().find("yescrypt, sha512") != std::string::npos);
    }
  }

  // Relative: both run here and now, and the dear one costs some hundred times the cheap one.
  void verifyNothingCostsWhatAVerificationCosts() {
    const auto time = [this](auto work) {
      const auto before = std::chrono::steady_clock::now();
      work();
      return std::chrono::steady_clock::now() - before;
    };
    const std::string dear = *makeHash("pbkdf2-sha256", kSecret);
    const std::string cheap = "$pbkdf2$1000$a40RwrhXyhkjBCDEmBNCyA$ZdLXv58TP1xhxum9mW3rkC6Pr.w";
    passwords_.verify("wrong", cheap);
    const auto asCheap = time([&] { passwords_.verifyNothing("wrong"); });
    passwords_.verify("wrong", dear);
    const auto asDear = time([&] { passwords_.verifyNothing("wrong"); });
    CPPUNIT_ASSERT(asDear > 20 * asCheap);
    // Before anything was verified it is not free either.
    Passwords fresh;
    CPPUNIT_ASSERT(time([&] { fresh.verifyNothing("wrong"); }) > 2 * asCheap);
  }

 private:
  Passwords passwords_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PasswordsTest);

}  // namespace
