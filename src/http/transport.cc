#include "http/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <climits>

#include "base/check.h"

namespace yinuo::http {
namespace {

constexpr unsigned char kHttp11[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    unsigned char* found = nullptr;
    const int said =
        SSL_select_next_proto(&found, size, kHttp11, sizeof kHttp11 - 1, offered, offered_size);
    *chosen = found;
    return said == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::unique_ptr<BIO, int (*)(BIO*)> open_pem(const std::string& text_or_path) {
    return {text_or_path.find("-----BEGIN") != std::string::npos
                ? BIO_new_mem_buf(text_or_path.data(), static_cast<int>(text_or_path.size()))
                : BIO_new_file(text_or_path.c_str(), "r"),
            BIO_free};
}

std::string last_word_of_openssl() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* said = code == 0 ? nullptr : ERR_reason_error_string(code);
    return said == nullptr ? "unknown" : said;
}

bool use_chain(SSL_CTX* context, const std::string& pem) {
    const auto bio = open_pem(pem);
    if (!bio) return false;
    using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
    const Certificate leaf(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return false;
    while (X509* issuer = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        if (SSL_CTX_add0_chain_cert(context, issuer) != 1) {
            X509_free(issuer);
            return false;
        }
    }
    ERR_clear_error();  // the end of the file
    return true;
}

bool use_key(SSL_CTX* context, const std::string& pem) {
    const auto bio = open_pem(pem);
    if (!bio) return false;
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* context) : context_(context, SSL_CTX_free) {}

Result<TlsContext> TlsContext::open(const Tls& tls) {
    TlsContext made(SSL_CTX_new(TLS_server_method()));
    auto* context = made.get();
    check(context != nullptr);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // An idle connection gives its buffers back; a write may go on from another address.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets need none
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    ERR_clear_error();
    if (!use_chain(context, tls.certificate)) {
        const auto said = last_word_of_openssl();
        return refuse({.code = "bad-certificate",
                       .what = {"TLS 证书不能用（" + said + "）",
                                "the TLS certificate can't be used (" + said + ")"},
                       .mend = {"给出 PEM 格式的证书链，服务器自己的证书在最前面",
                                "give a chain in PEM, the server's own certificate first"}});
    }
    if (!use_key(context, tls.key)) {
        const auto said = last_word_of_openssl();
        return refuse(
            {.code = "bad-certificate",
             .what = {"TLS 私钥不能用，或与证书不配（" + said + "）",
                      "the TLS key can't be used or isn't the certificate's (" + said + ")"},
             .mend = {"给出 PEM 格式、没有口令的私钥", "give the key in PEM, without passphrase"}});
    }
    return made;
}

Transport::Transport(int socket, const TlsContext* tls)
    : socket_(socket), ssl_(tls == nullptr ? nullptr : SSL_new(tls->get()), SSL_free) {
    if (tls == nullptr) return;
    check(ssl_ != nullptr);  // never plain where TLS was meant
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_accept_state(ssl_.get());
}

Transport::~Transport() = default;

Io Transport::why(int returned) const {
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ: return Io::WaitToRead;
        case SSL_ERROR_WANT_WRITE: return Io::WaitToWrite;
        default: ERR_clear_error(); return Io::Closed;
    }
}

Io Transport::shake_hands() {
    if (ssl_ == nullptr) return Io::Done;
    ERR_clear_error();
    const int said = SSL_do_handshake(ssl_.get());
    return said == 1 ? Io::Done : why(said);
}

bool Transport::holds_bytes() const { return ssl_ != nullptr && SSL_pending(ssl_.get()) > 0; }

Moved Transport::read(char* into, std::size_t size) {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        const int got =
            SSL_read(ssl_.get(), into, static_cast<int>(std::min<std::size_t>(size, INT_MAX)));
        if (got > 0) return {Io::Done, static_cast<std::size_t>(got)};
        return {why(got)};
    }
    while (true) {
        const auto got = ::recv(socket_, into, size, 0);
        if (got > 0) return {Io::Done, static_cast<std::size_t>(got)};
        if (got == 0) return {Io::Closed};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::WaitToRead};
        if (errno != EINTR) return {Io::Closed};
    }
}

Moved Transport::write(std::string_view head, std::string_view body) {
    if (ssl_ != nullptr) {
        const auto first = head.empty() ? body : head;
        ERR_clear_error();
        const int put = SSL_write(ssl_.get(), first.data(),
                                  static_cast<int>(std::min<std::size_t>(first.size(), INT_MAX)));
        if (put > 0) return {Io::Done, static_cast<std::size_t>(put)};
        return {why(put)};
    }
    iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()},
                       {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = body.empty() ? 1 : 2;
    while (true) {
        const auto put = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
        if (put >= 0) return {Io::Done, static_cast<std::size_t>(put)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Io::WaitToWrite};
        if (errno != EINTR) return {Io::Closed};
    }
}

void Transport::finish() {
    if (ssl_ != nullptr) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    ::shutdown(socket_, SHUT_WR);
}

}  // namespace yinuo::http
