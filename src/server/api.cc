#include "server/api.h"

#include <charconv>

#include "base/check.h"
#include "server/log.h"
#include "server/workers.h"
#include "vault/encoding.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

// RFC 3986, section 2.1.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (kUnreserved.contains(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

// The address of this page with another cursor.
std::string next_page(const http::Request& request, std::string_view cursor) {
    std::string out = request.raw_path + "?";
    for (std::size_t i = 0; i < request.query.size(); ++i) {
        if (request.query.name(i) == "cursor") continue;
        out += percent_encoded(request.query.name(i)) + "=" +
               percent_encoded(request.query.value(i)) + "&";
    }
    return out + "cursor=" + std::string(cursor);
}

}  // namespace

void Exchange::answer(Answer answer) {
    if (answered_.exchange(true)) return;
    auto response = answer ? std::move(*answer) : problem_of(answer.error(), call.chinese);
    finish_(call, response);
    std::move(replier_).send(std::move(response));
}

http::Stream Exchange::stream(http::Response head) {
    check(!answered_.exchange(true));
    finish_(call, head);
    return std::move(replier_).stream(std::move(head));
}

void work(Ticket ticket, std::function<std::optional<Answer>()> work) {
    auto& workers = ticket->call.things.workers;
    const bool taken = workers.post([ticket, work = std::move(work)] {
        try {
            if (auto answer = work()) ticket->answer(std::move(*answer));
        } catch (const store::Trouble& trouble) {
            ticket->call.things.log.error("store", trouble.error());
            ticket->answer(deny(unavailable()));
        }
    });
    if (!taken) ticket->answer(deny(unavailable()));
}

http::Response ok(JsonOut& out) { return http::Response::json(200, out.take()); }

http::Response ok(JsonOut& out, std::int64_t etag) { return ok(out).with("ETag", etag_text(etag)); }

http::Response created(JsonOut& out, std::string location, std::int64_t etag) {
    return http::Response::json(201, out.take())
        .with("Location", std::move(location))
        .with("ETag", etag_text(etag));
}

std::string etag_text(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

Answered<std::int64_t> etag_of(const http::Request& request) {
    const auto tag = request.header("if-match");
    if (!tag)
        return deny(Error{
            .code = "etag-missing",
            .what = {"改动要说明改的是哪一版", "a change must say which state it changes"},
            .mend = {"用 If-Match 带上读到的 ETag", "send the ETag that you read as If-Match"}});
    std::int64_t version = 0;
    if (tag->size() < 3 || tag->front() != '"' || tag->back() != '"') return deny(stale_etag());
    const auto* end = tag->data() + tag->size() - 1;
    const auto read = std::from_chars(tag->data() + 1, end, version);
    if (read.ec != std::errc() || read.ptr != end || version < 1) return deny(stale_etag());
    return version;
}

Refusal stale_etag() {
    return Error{.code = "stale",
                 .what = {"别人已经改过了", "somebody else has changed this since"},
                 .mend = {"重新读取，再改一次", "read it again and repeat the change"}};
}

Answered<PageWish> page_of(const http::Request& request) {
    constexpr int kMost = 200;
    PageWish wish{.limit = 50, .after = {}};
    std::vector<http::Flaw> flaws;
    if (const auto text = request.query_value("limit")) {
        const auto* end = text->data() + text->size();
        const auto read = std::from_chars(text->data(), end, wish.limit);
        if (read.ec != std::errc() || read.ptr != end || wish.limit < 1 || wish.limit > kMost)
            flaws.push_back(
                {.error = {.code = "out-of-range",
                           .what = {"limit 不对", "this limit can't be"},
                           .mend = {"应是 1 到 " + std::to_string(kMost) + " 的整数",
                                    "a whole number from 1 to " + std::to_string(kMost)}},
                 .field = "limit"});
    }
    if (const auto text = request.query_value("cursor")) {
        const auto cursor =
            text->size() > 1024 ? std::nullopt : vault::from_base64(*text, vault::Base64::Url);
        if (!cursor)
            flaws.push_back(
                {.error = {.code = "bad-cursor",
                           .what = {"cursor 不是我们给的", "this cursor isn't one of ours"},
                           .mend = {"原样用上一页的 next", "use `next` of the page before"}},
                 .field = "cursor"});
        else
            wish.after = *cursor;
    }
    if (!flaws.empty())
        return deny(Refusal({.code = "bad-query",
                             .what = {"查询参数不对", "the query's parameters are off"},
                             .mend = {"逐条见 errors", "errors has each of them"}},
                            std::move(flaws)));
    return wish;
}

http::Response page(const Call& call, std::string_view items, std::string_view next) {
    std::string body = "{\"items\":[";
    body += items;
    body += ']';
    if (next.empty()) return http::Response::json(200, body + "}");
    const auto cursor = vault::to_base64(next, vault::Base64::Url);
    body += ",\"next\":\"" + cursor + "\"}";
    return http::Response::json(200, std::move(body))
        .with("Link", "<" + next_page(call.request, cursor) + ">; rel=\"next\"");
}

}  // namespace yinuo::server
