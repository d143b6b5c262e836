// A Response as bytes (RFC 9112, 4 to 6). Private to http/*.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/gzip.h"
#include "http/message.h"

namespace yinuo::http {

// How one answer goes out.
struct Manner {
    bool to_head = false;  // the request was HEAD: everything but the body
    bool http_1_0 = false;
    bool keep_alive = true;
    bool stream = false;  // the length is not known: chunked, or for HTTP/1.0 until the end
};

// The head with its blank line, appended to `out`. `date` is an IMF-fixdate. Line breaks in what the
// handler gave as header values become blanks: an answer can't be split by what it quotes.
void write_head(std::string& out, const Response&, Manner, std::string_view date);

// Does a body follow the head?
bool sends_body(const Response&, Manner);

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since 1970.
std::string imf_date(std::int64_t unix_seconds);

// Packs the body if its type is worth it, the client takes it and it isn't packed yet; says Vary
// either way. A strong ETag becomes weak, because the packed bytes are others.
void pack_if_wanted(Response&, std::string_view accept_encoding, std::size_t from_bytes, Packer&);

}  // namespace yinuo::http
