// TLS with a certificate made on the spot.
#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http/server.h"
#include "http/testing.h"

namespace yinuo::http {
namespace {

using namespace std::chrono_literals;
using testing::Client;
using testing::echo;
using testing::serve;

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio, &bytes);
    std::string text(bytes, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

Tls self_signed() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_sign(certificate, key, EVP_sha256());
    BIO* as_text = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(as_text, certificate);
    BIO* key_text = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(key_text, key, nullptr, nullptr, 0, nullptr, nullptr);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return {.certificate = text_of(as_text), .key = text_of(key_text)};
}

class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION)
        : plain_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
        SSL_CTX_set_max_proto_version(context_, version_max);
        SSL_set_max_proto_version(ssl_, version_max);
        const unsigned char protocols[] = "\x02h2\x08http/1.1";
        SSL_set_alpn_protos(ssl_, protocols, sizeof protocols - 1);
        SSL_set_fd(ssl_, plain_.socket());
        connected_ = SSL_connect(ssl_) == 1;
    }
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    bool connected() const { return connected_; }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    void send(std::string_view bytes) {
        CHECK(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) ==
              static_cast<int>(bytes.size()));
    }
    std::string until(std::string_view mark) {
        while (read_.find(mark) == std::string::npos) {
            char bytes[4096];
            const int got = SSL_read(ssl_, bytes, sizeof bytes);
            if (got <= 0) return {};
            read_.append(bytes, static_cast<std::size_t>(got));
        }
        const auto end = read_.find(mark) + mark.size();
        auto taken = read_.substr(0, end);
        read_.erase(0, end);
        return taken;
    }

private:
    Client plain_;
    SSL_CTX* context_;
    SSL* ssl_;
    bool connected_ = false;
    std::string read_;
};

TEST_CASE("requests and answers go over TLS, the large ones too") {
    const auto server = serve({.tls = self_signed()}, [](Request&& request, Replier replier) {
        CHECK(request.tls);
        auto body = request.body.empty() ? request.path : std::move(request.body);
        std::move(replier).send(Response::text(200, body + "|end"));
    });
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server->port(), version);
        REQUIRE(client.connected());
        CHECK(client.protocol() == "http/1.1");
        for (int i = 0; i < 3; ++i) {
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
            CHECK(client.until("|end").ends_with("\r\n\r\n/a|end"));
        }
        std::string body;
        while (body.size() < 500'000) body += std::to_string(body.size()) + " ";
        client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        CHECK(client.until("|end").ends_with(body + "|end"));
        // Many requests in one record, of which each read takes a part.
        std::string all;
        for (int i = 0; i < 300; ++i) all += "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
        client.send(all);
        for (int i = 0; i < 300; ++i) CHECK(client.until("|end").ends_with("/a|end"));
    }
}

TEST_CASE("old versions of TLS, and no TLS at all, get no answer") {
    const auto server = serve({.tls = self_signed(), .header_timeout = 200ms}, echo);
    CHECK(!TlsClient(server->port(), TLS1_1_VERSION).connected());
    Client plain(server->port());
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(plain.reply().status == 0);
    Client silent(server->port());
    CHECK(silent.closed());
}

TEST_CASE("events go over TLS, and the client's leaving is noticed") {
    std::optional<Stream> stream;
    std::atomic<bool> open = false;
    auto server = serve({.tls = self_signed()}, [&](Request&&, Replier replier) {
        stream = std::move(replier).stream({});
        open = true;
    });
    {
        TlsClient client(server->port());
        REQUIRE(client.connected());
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        while (!open) std::this_thread::yield();
        CHECK(stream->send("data: a\n\n"));
        CHECK(!client.until("data: a\n\n").empty());
    }
    while (!stream->closed()) std::this_thread::yield();
    server->stop(1s);
}

TEST_CASE("a certificate that can't serve is refused when the server is opened") {
    const auto good = self_signed();
    const auto code = [](Tls tls) {
        const auto server = Server::open({.tls = std::move(tls)}, echo);
        return server ? std::string("opened") : server.error().code;
    };
    CHECK(code({.certificate = "/no/such/file.pem", .key = good.key}) == "bad-certificate");
    CHECK(code({.certificate = "-----BEGIN CERTIFICATE-----\nx", .key = good.key}) ==
          "bad-certificate");
    CHECK(code({.certificate = good.certificate, .key = self_signed().key}) == "bad-certificate");
    CHECK(code({.certificate = good.certificate, .key = ""}) == "bad-certificate");

    const auto folder =
        std::filesystem::temp_directory_path() / ("yinuo-tls-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    std::ofstream(folder / "c.pem") << good.certificate;
    std::ofstream(folder / "k.pem") << good.key;
    CHECK(code({.certificate = folder / "c.pem", .key = folder / "k.pem"}) == "opened");
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace yinuo::http
