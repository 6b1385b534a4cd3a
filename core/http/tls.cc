#include "core/http/tls.h"

#include <openssl/err.h>

namespace larder::http {
namespace {

constexpr unsigned char kSessions[] = "larder";
constexpr unsigned char kProtocols[] = "\x08http/1.1";

sdk::Error refusal(const std::string& what) {
  const auto code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {sdk::Errc::Invalid, what + ": " + (reason == nullptr ? "unusable" : reason)};
}

int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* length,
                   const unsigned char* offered, unsigned int offeredLength, void*) {
  unsigned char* out = nullptr;
  const int result = SSL_select_next_proto(&out, length, kProtocols, sizeof kProtocols - 1, offered,
                                           offeredLength);
  *chosen = out;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::shared_ptr<SSL_CTX> makeContext() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_session_id_context(context.get(), kSessions, sizeof kSessions - 1);
  SSL_CTX_set_alpn_select_cb(context.get(), chooseProtocol, nullptr);
  return context;
}

}  // namespace

sdk::Result<void> Tls::load(const std::string& certificate, const std::string& key) {
  ERR_clear_error();
  auto context = makeContext();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return refusal("TLS certificate " + certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return refusal("TLS key " + key);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return refusal("TLS key " + key + " for certificate " + certificate);
  }
  *context_.lock() = std::move(context);
  return {};
}

SslPointer Tls::accept(int socket) {
  const std::shared_ptr<SSL_CTX> context = *context_.lock();
  if (!context) return nullptr;
  SslPointer ssl(SSL_new(context.get()));
  if (ssl && SSL_set_fd(ssl.get(), socket) == 1) SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace larder::http
