// Connectors 渠道: who pays, what each was told, and what became of it.
#include <algorithm>

#include "engine/paying.h"
#include "server/action_page.h"
#include "server/body.h"
#include "server/config.h"
#include "server/connectors.h"
#include "server/routes.h"
#include "server/sandbox.h"

namespace yinuo::server {
namespace {

using Kind = Connector::Kind;
using State = store::Action::State;

constexpr int kConnectorsMost = 100;
constexpr int kBookPage = 500;
constexpr Range kPercent{.least = 0, .most = 100};

Refusal no_connector() { return no_such({"支付渠道", "connector"}); }

struct FaultsWish : Faults {};
void describe(Members& in, FaultsWish& into) {
    in.may("time_out", into.time_out, kPercent);
    in.may("twice", into.twice, kPercent);
    in.may("refuse", into.refuse, kPercent);
    in.may("lie", into.lie, kPercent);
    in.may("busy", into.busy, kPercent);
}

// What isn't said stays as it is; a secret or token of "" is taken away.
struct ConnectorWish {
    std::string kind;
    std::optional<std::string> url, secret, token;
    std::optional<std::int64_t> timeout_seconds;
    FaultsWish faults;
};
void describe(Members& in, ConnectorWish& into) {
    in.need_word("kind", into.kind, kConnectorKinds);
    in.may("url", into.url, {.least = 8, .most = 2000});
    in.may("secret", into.secret, {.least = 0, .most = 200});
    in.may("token", into.token, {.least = 0, .most = 2000});
    in.may("timeout_seconds", into.timeout_seconds, {.least = 1, .most = 120});
    in.may_object("faults", into.faults);
}
struct NewConnector : ConnectorWish {
    std::string name;
};
void describe(Members& in, NewConnector& into) {
    in.need("name", into.name, {.least = 1, .most = 40});
    describe(in, static_cast<ConnectorWish&>(into));
}

bool is_name(std::string_view name) {
    return name != "notice" && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

bool is_url(std::string_view url, bool plain_too) {
    if (!url.starts_with("https://") && !(plain_too && url.starts_with("http://"))) return false;
    auto host = url.substr(url.find("://") + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    return !host.empty() && !host.contains('@') &&
           std::ranges::all_of(url, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

Answered<void> check_wish(const Call& call, const ConnectorWish& wish, const Connector* before) {
    std::vector<http::Flaw> flaws;
    const auto flaw = [&](std::string pointer, Error error) {
        flaws.push_back({.error = std::move(error), .pointer = std::move(pointer)});
    };
    const bool is_http = wish.kind == "http";
    const bool has_url = wish.url || (before != nullptr && !before->url.empty());
    if (is_http && !has_url)
        flaw("/url", {.code = "missing",
                      .what = {"http 渠道要有地址", "a connector of kind http needs an address"}});
    if (wish.url && !is_url(*wish.url, call.things.config.private_webhooks))
        flaw("/url",
             {.code = "bad-url",
              .what = {"这个地址不能用", "this address won't do"},
              .mend = {"写完整的 https:// 地址，不带用户名和密码",
                       "write a whole https:// address, without a user or password in it"}});
    if (wish.secret && !wish.secret->empty() && !vault::WebhookSecret::parse(*wish.secret))
        flaw("/secret", {.code = "bad-secret",
                         .what = {"签名密钥的写法不对", "this is no signing secret"},
                         .mend = {"whsec_ 加 24 到 64 个随机字节的 base64",
                                  "whsec_ and the base64 of 24 to 64 random bytes"}});
    if (wish.token &&
        std::ranges::any_of(*wish.token, [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
        flaw("/token", {.code = "bad-token",
                        .what = {"令牌里有不能发送的字符", "the token has what can't be sent"},
                        .mend = {"只用可见的 ASCII 字符", "visible ASCII characters only"}});
    const auto& f = wish.faults;
    if (f.time_out + f.twice + f.refuse + f.lie + f.busy > 100)
        flaw("/faults", {.code = "too-many",
                         .what = {"各种故障加起来超过 100", "the faults are more than 100 in all"},
                         .mend = {"每项是每百笔里几笔", "each is how many of a hundred"}});
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return {};
}

void apply(const Call& call, engine::Turns& turns, Connector& connector,
           const ConnectorWish& wish) {
    const auto* kind = std::ranges::find(kConnectorKinds, wish.kind);
    connector.kind = static_cast<Kind>(kind - kConnectorKinds);
    if (wish.timeout_seconds) connector.timeout = seconds(*wish.timeout_seconds);
    connector.faults = wish.faults;
    connector.changed_at = turns.now();
    // A secret never goes to an address for which it wasn't given.
    if (wish.url && *wish.url != connector.url) {
        connector.url = *wish.url;
        connector.secret.clear();
        connector.token.clear();
    }
    const auto seal = [&](std::string_view what, const std::optional<std::string>& given,
                          std::string& into) {
        if (!given) return;
        into = given->empty()
                   ? std::string()
                   : seal_for(connector, what, *given, call.things.server_key, turns.entropy());
    };
    seal("secret", wish.secret, connector.secret);
    seal("token", wish.token, connector.token);
}

Answered<std::int64_t> put(engine::Turns& turns, const Call& call, const Connector& connector,
                           std::int64_t etag, std::string_view what) {
    if (!turns.rows().put_document({.tenant = call.who.tenant,
                                    .collection = std::string(kConnectors),
                                    .id = connector.name,
                                    .version = etag + 1,
                                    .key = {},
                                    .body = connector.to_json()}))
        return deny(stale_etag());
    turns.audit(call.who.actor, what, connector.name);
    return etag + 1;
}

// What is there without a document is its own first version: it can be changed like any other.
constexpr std::int64_t shown(std::int64_t etag) { return etag + 1; }

Answer list(const Call& call) {
    const auto reading = call.things.store.read();
    JsonOut out;
    out.open('{').key("items").open('[');
    for (const auto name : {"csv", "hand", "sandbox"})
        if (const auto kept = find_connector(*reading, call.who.tenant, name); kept->etag == 0)
            write_connector(out, kept->connector);
    for (const auto& document :
         reading->documents(call.who.tenant, kConnectors, {}, kConnectorsMost))
        if (const auto connector = Connector::from_json(document.body))
            write_connector(out, *connector);
    out.close(']').close('}');
    return ok(out);
}

Answer read(const Call& call) {
    const auto kept =
        find_connector(*call.things.store.read(), call.who.tenant, call.parameter("name"));
    if (!kept) return deny(no_connector());
    JsonOut out;
    write_connector(out, kept->connector);
    return ok(out, shown(kept->etag));
}

void add(Ticket ticket) {
    auto given = read_body<NewConnector>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (!is_name(given->name))
        return ticket->answer(deny(body_refusal(
            {{.error = {.code = "bad-name",
                        .what = {"渠道的名字不能用", "this name won't do"},
                        .mend = {"小写字母、数字和 -；notice 另有所指",
                                 "small letters, digits and -; notice means something else"}},
              .pointer = "/name"}})));
    if (auto fine = check_wish(ticket->call, *given, nullptr); !fine)
        return ticket->answer(deny(fine.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto others =
            turns.rows().documents(call.who.tenant, kConnectors, {}, kConnectorsMost);
        if (std::ssize(others) >= kConnectorsMost)
            return deny(Error{.code = "too-many",
                              .what = {"支付渠道太多", "these are too many connectors"},
                              .mend = {"最多 100 个", "100 at most"}});
        if (find_connector(turns.rows(), call.who.tenant, given.name))
            return deny(Refusal(
                {.code = "name-taken",
                 .what = {"已有这个名字的渠道", "there is a connector of that name"},
                 .mend = {"换一个名字，或修改那一个", "take another name, or change that one"}},
                409));
        Connector connector{.name = given.name};
        apply(call, turns, connector, given);
        const auto etag = put(turns, call, connector, 0, "connector.added");
        if (!etag) return deny(etag.error());
        JsonOut out;
        write_connector(out, connector);
        return created(out, "/api/v1/connectors/" + connector.name, shown(*etag));
    });
}

void change(Ticket ticket) {
    const auto& call = ticket->call;
    const auto before =
        find_connector(*call.things.store.read(), call.who.tenant, call.parameter("name"));
    if (!before) return ticket->answer(deny(no_connector()));
    auto given = read_body<ConnectorWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (auto fine = check_wish(call, *given, &before->connector); !fine)
        return ticket->answer(deny(fine.error()));
    const auto etag = etag_of(call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = std::move(*given), etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto kept = find_connector(turns.rows(), call.who.tenant, call.parameter("name"));
        if (!kept) return deny(no_connector());
        if (shown(kept->etag) != etag) return deny(stale_etag());
        apply(call, turns, kept->connector, given);
        const auto now = put(turns, call, kept->connector, kept->etag, "connector.changed");
        if (!now) return deny(now.error());
        JsonOut out;
        write_connector(out, kept->connector);
        return ok(out, shown(*now));
    });
}

void remove(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto name = ticket->call.parameter("name");
        if (!turns.rows().remove_document(who.tenant, kConnectors, name))
            return deny(no_connector());
        turns.audit(who.actor, "connector.removed", name);
        return http::Response::empty();
    });
}

// --- what it was told ----------------------------------------------------------------------------

void write_order(JsonOut& out, const store::Action& action) {
    out.open('{').member("payout", action.key);
    out.member("state", kActionStates[static_cast<std::size_t>(action.state)]);
    out.member("attempts", action.attempts);
    if (action.state == State::Waiting) out.member("due_at", action.due_at);
    if (action.answer.starts_with('{')) out.key("answer").raw(action.answer);
    out.close('}');
}

Answer list_orders(const Call& call) {
    const auto reading = call.things.store.read();
    const auto name = call.parameter("name");
    if (!find_connector(*reading, call.who.tenant, name)) return deny(no_connector());
    const auto found = action_page(call, *reading, name);
    if (!found) return deny(found.error());
    JsonOut items;
    for (const auto& action : found->actions)
        if (action.topic == engine::kPayoutTopic) write_order(items, action);
    return page(call, items.text(), found->next);
}

// The book is one for all sandboxes of a company: it is read on until the page is full of this one's.
Answer list_told(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto kept = find_connector(*reading, call.who.tenant, call.parameter("name"));
    if (!kept) return deny(no_connector());
    const std::string mine = "\"connector\":\"" + kept->connector.name + "\"";
    JsonOut items;
    int written = 0;
    std::string after = wish->after, last;
    for (bool more = true; more;) {
        const auto found = reading->documents(call.who.tenant, kSandboxBook, after, kBookPage);
        more = found.size() == static_cast<std::size_t>(kBookPage);
        for (const auto& document : found) {
            after = document.id;
            if (!document.body.contains(mine)) continue;
            if (written == wish->limit) return page(call, items.text(), last);
            write_told(items, document);
            last = document.id;
            ++written;
        }
    }
    return page(call, items.text(), {});
}

constexpr auto kRead = Permission::FundRead;
constexpr auto kWrite = Permission::FundWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/connectors", "listConnectors", kRead, list, 0},
    {"POST", "/api/v1/connectors", "addConnector", kWrite, add, 16 * 1024, true},
    {"GET", "/api/v1/connectors/{name}", "readConnector", kRead, read, 0},
    {"PUT", "/api/v1/connectors/{name}", "changeConnector", kWrite, change, 16 * 1024},
    {"DELETE", "/api/v1/connectors/{name}", "removeConnector", kWrite, remove, 0},
    {"GET", "/api/v1/connectors/{name}/orders", "listOrders", kRead, list_orders, 0},
    {"GET", "/api/v1/connectors/{name}/told", "listTold", kRead, list_told, 0},
};

}  // namespace

std::span<const Route> connector_routes() { return kRoutes; }

}  // namespace yinuo::server
