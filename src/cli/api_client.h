// Somebody who talks to a running server over HTTP, one request after the other, and waits.
//
// For commands that act on a server of one's own; deliveries to other people's systems are the
// courier's (connect/courier.h). Not for several threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "wire/json.h"

namespace yinuo::cli {

class ApiClient {
public:
    // `url` is where the server is: "http://127.0.0.1:8080". Refuses what is no http(s) address.
    static Result<ApiClient> at(std::string url);
    ~ApiClient();
    ApiClient(ApiClient&&) noexcept;
    ApiClient& operator=(ApiClient&&) noexcept;

    struct Request {
        std::string method;
        std::string path;        // with its query, encoded
        std::string token = {};  // a key's text or a session's; empty: nobody
        std::string body = {};
        std::string type = "application/json";  // of the body
        std::string if_match = {};
        std::string accept = {};    // media type; empty: whatever comes
        std::string language = {};  // "zh"; empty: the server's choice
        std::string once = {};      // Idempotency-Key
    };
    struct Reply {
        int status = 0;
        std::string body;
        std::string etag;
    };
    // Whatever the server answers. Refuses only when there is no answer: "no-server".
    Result<Reply> ask(const Request&);
    // What a refusal says: the code and words of its problem (RFC 9457), and its flaws.
    static Error refused(const Request&, const Reply&);
    // An answer that has to be one of success: its JSON, in `memory`. Refuses what the server
    // refused, in its words, which say of which request.
    Result<wire::Json> must(const Request&, Arena& memory, std::string* etag = nullptr);

private:
    struct Line;
    explicit ApiClient(std::unique_ptr<Line>);
    std::unique_ptr<Line> line_;
};

// "order/1" as a part of a query.
std::string encoded(std::string_view text);

}  // namespace yinuo::cli
