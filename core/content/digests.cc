#include "core/content/digests.h"

#include <blake2.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "core/base/hex.h"

namespace larder::content {
namespace {

constexpr std::size_t kBlakeBytes = 32;

const EVP_MD* openSslDigest(sdk::DigestAlgorithm algorithm) {
  switch (algorithm) {
    case sdk::DigestAlgorithm::Md5:
      return EVP_md5();
    case sdk::DigestAlgorithm::Sha1:
      return EVP_sha1();
    case sdk::DigestAlgorithm::Sha256:
      return EVP_sha256();
    case sdk::DigestAlgorithm::Sha512:
      return EVP_sha512();
    case sdk::DigestAlgorithm::Blake2b256:
      return nullptr;  // OpenSSL 3.0 has BLAKE2b with 64 bytes only, and a prefix is not the same
  }
  return nullptr;
}

}  // namespace

struct Digester::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> evp{nullptr, &EVP_MD_CTX_free};
  blake2b_state blake{};
};

Digester::Digester(sdk::DigestAlgorithm algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* digest = openSslDigest(algorithm);
  if (digest == nullptr) {
    blake2b_init(&state_->blake, kBlakeBytes);
    return;
  }
  state_->evp.reset(EVP_MD_CTX_new());
  if (!state_->evp || EVP_DigestInit_ex(state_->evp.get(), digest, nullptr) != 1) {
    throw std::runtime_error("OpenSSL refuses a digest");
  }
}

Digester::~Digester() = default;
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;

void Digester::update(std::span<const std::byte> bytes) {
  if (state_->evp) {
    EVP_DigestUpdate(state_->evp.get(), bytes.data(), bytes.size());
  } else {
    blake2b_update(&state_->blake, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                   bytes.size());
  }
}

std::string Digester::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = kBlakeBytes;
  if (state_->evp) {
    unsigned length = 0;
    EVP_DigestFinal_ex(state_->evp.get(), digest.data(), &length);
    size = length;
  } else {
    blake2b_final(&state_->blake, digest.data(), kBlakeBytes);
  }
  return toHex(std::span(digest).first(size));
}

std::string digestOf(sdk::DigestAlgorithm algorithm, std::string_view bytes) {
  Digester digester(algorithm);
  digester.update(std::as_bytes(std::span(bytes)));
  return digester.finish();
}

}  // namespace larder::content
