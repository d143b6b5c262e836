// What was promised to one customer: given, agreed to, kept, put off, taken back.
#include <algorithm>

#include "promise/obligation.h"
#include "server/body.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"
#include "server/shelf_desk.h"
#include "server/users.h"
#include "server/words.h"
#include "vault/token.h"

namespace yinuo::server {
namespace {

using promise::State;

constexpr std::size_t kTextMost = 1'000;  // characters
constexpr Millis kAheadMost = hours(24 * 366);
constexpr int kPagesLookedAt = 20;
constexpr int kPage = 200;
constexpr std::int64_t kUnwritten = 1;  // the ETag of settings that nobody has written yet
constexpr std::string_view kWordRoles[] = {"owner", "manager", "agent", "second_line", "key"};
constexpr std::string_view kStates[] = {"proposed", "refused", "pending",    "running",
                                        "paused",   "at_risk", "kept",       "broken",
                                        "waived",   "void",    "void_by_us", "not_measured"};
constexpr std::string_view kNeeds[] = {"owner", "manager", "second_line", "none"};

Refusal no_word() { return no_such({"口头承诺", "word"}); }

Refusal wrong_state(Text is) {
    return Refusal(
        {.code = "wrong-word-state", .what = {"这个口头承诺" + is.zh, "this word " + is.en}}, 409);
}

// The latest obligation about it; nullopt: it wasn't given.
std::optional<store::ObligationRow> obligation_of(store::Reading& reading, store::TenantId tenant,
                                                  const Word& word) {
    const auto stream = reading.find_stream(tenant, word.subject());
    if (!stream) return std::nullopt;
    auto rows = reading.obligations_of(stream->id);
    if (rows.empty()) return std::nullopt;
    return rows.back();
}

// Customers see what was promised to them, partners what is about their subjects.
bool may_see(const Session& who, const Word& word) {
    if (who.role == Role::Customer)
        return word.state == WordState::Given && word.customer == who.customer;
    if (who.role != Role::Partner) return true;
    return word.state == WordState::Given && std::ranges::any_of(who.subjects, [&](const auto& b) {
               return word.about.starts_with(b);
           });
}

std::optional<Word> find_seen(const Call& call, store::Reading& reading) {
    auto word = find_word(reading, call.who.tenant, call.parameter("id"));
    if (!word || !may_see(call.who, *word)) return std::nullopt;
    return word;
}

std::string state_text_of(const Word& word, const std::optional<store::ObligationRow>& row) {
    if (word.state == WordState::Proposed) return "proposed";
    if (word.state == WordState::Refused) return "refused";
    return std::string(row ? promise::name_of(static_cast<State>(row->state)) : "given");
}

Text describe(const Word& word, const std::optional<store::ObligationRow>& row) {
    if (word.state == WordState::Proposed) return {"待同意", "waits for agreement"};
    if (word.state == WordState::Refused) return {"未获同意", "refused"};
    return row ? promise::describe(static_cast<State>(row->state)) : Text{"已说出", "given"};
}

void write_word(JsonOut& out, const Call& call, store::Reading& reading, engine::Keys& keys,
                const Word& word) {
    const auto row = obligation_of(reading, call.who.tenant, word);
    const bool customer = call.who.role == Role::Customer;
    out.open('{').member("id", word.id).member("subject", word.subject());
    out.member("state", state_text_of(word, row));
    write_text(out.key("state_text"), describe(word, row));
    if (call.who.may.has(Permission::CustomersRead))
        out.member_if("customer", handle_of(reading, word.customer));
    out.member_if("about", word.about).member("owner", word.owner);
    if (!customer) out.member("by", word.by);
    out.member("until", word.until).member("made_at", word.made_at);
    if (row) {
        out.member("obligation", engine::obligation_text(row->id));
        out.member_if("due_at", row->due_at);
    }
    if (!customer) {
        out.member_if("needs", word.needs).member_if("decided_by", word.decided_by);
        out.member_if("decided_at", word.decided_at).member_if("reason", word.reason);
    }
    out.member("text_hash", word.text_hash);
    if (customer || call.who.may.has(Permission::WordsGive)) {
        if (const auto said = text_of(reading, keys, call.who.tenant, word))
            out.member("text", said->text).member("salt", said->salt);
    }
    out.close('}');
}

Answer answer_with(const Call& call, store::Reading& reading, engine::Keys& keys,
                   const Word& word) {
    JsonOut out;
    write_word(out, call, reading, keys, word);
    return ok(out, word.etag);
}

// --- reading --------------------------------------------------------------------------------------

Answer list_words(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    Query in(call.request);
    std::string state(in.word("state", kStates).value_or(""));
    std::ranges::replace(state, '_', ' ');
    const auto about = in.text("about", 200);
    const bool mine = in.truth("mine").value_or(false);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto reading = call.things.store.read();
    engine::Keys keys(call.things.keyring);
    const auto& id = call.who.actor.id;
    const auto fits = [&](const Word& word) {
        if (!may_see(call.who, word) || (about && word.about != *about)) return false;
        if (mine && word.by != id && word.owner != id) return false;
        return state.empty() ||
               state_text_of(word, obligation_of(*reading, call.who.tenant, word)) == state;
    };
    JsonOut items;
    int count = 0;
    std::string last = wish->after;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = reading->documents(call.who.tenant, kWords, last, kPage);
        for (const auto& document : found) {
            const auto word = read_word(document);
            if (word && fits(*word)) {
                if (count++ == wish->limit) return page(call, items.text(), last);
                write_word(items, call, *reading, keys, *word);
            }
            last = document.id;
        }
        if (std::ssize(found) < kPage) return page(call, items.text(), {});
    }
    return page(call, items.text(), last);
}

Answer read_one(const Call& call) {
    const auto reading = call.things.store.read();
    const auto word = find_seen(call, *reading);
    if (!word) return deny(no_word());
    engine::Keys keys(call.things.keyring);
    return answer_with(call, *reading, keys, *word);
}

// --- giving ---------------------------------------------------------------------------------------

struct WordWish {
    std::string customer, about, text, owner;
    Instant until = Instant::max();
};
void describe(Members& in, WordWish& into) {
    in.may("customer", into.customer, {.least = 1, .most = 200});
    in.may("about", into.about, {.least = 1, .most = 200});
    in.need("text", into.text, {.least = 1, .most = kTextMost});
    in.may("owner", into.owner, {.least = 1, .most = 80});
    in.need_instant("until", into.until);
    if (into.customer.empty() && into.about.empty())
        in.flaw("customer", {.code = "missing",
                             .what = {"没有说是对谁说的", "to whom was it said?"},
                             .mend = {"写 customer，或写 about（有客户的业务）",
                                      "give customer, or about (a subject with a customer)"}});
}

Error bad_word(std::string code, Text what, Text mend) {
    return {.code = std::move(code), .what = std::move(what), .mend = std::move(mend)};
}

Answered<void> check_until(Instant until, Instant now) {
    if (until <= now)
        return deny(bad_word("in-the-past",
                             {"说好的时刻已经过去", "the instant that was said is past"},
                             {"写一个还没到的时刻", "name an instant that is still to come"}));
    if (until - now > kAheadMost)
        return deny(bad_word("too-far", {"说得太远", "this is too far ahead"},
                             {"最远 366 天", "at most 366 days ahead"}));
    return {};
}

// Whose it is: as named, and in any case the one whose business it is about.
Answered<std::string> customer_of(store::Reading& rows, store::TenantId tenant,
                                  const WordWish& wish) {
    if (wish.about.empty()) return wish.customer;
    const auto stream = rows.find_stream(tenant, wish.about);
    if (!stream) return deny(no_such({"业务", "subject"}));
    const auto theirs = handle_of(rows, stream->customer);
    if (!wish.customer.empty() && (theirs.empty() || theirs == wish.customer)) return wish.customer;
    if (!wish.customer.empty())
        return deny(bad_word("another-customer",
                             {"这笔业务是另一位客户的", "this subject is another customer's"},
                             {"核对 customer 和 about", "check customer and about"}));
    if (theirs.empty())
        return deny(bad_word("missing",
                             {"这笔业务没有客户", "nobody is known to be this subject's customer"},
                             {"写 customer", "give customer"}));
    return theirs;
}

void give(Ticket ticket) {
    auto given = read_body<WordWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, wish = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto tenant = call.who.tenant;
        const auto now = turns.now();
        if (auto fine = check_until(wish.until, now); !fine) return deny(fine.error());
        const auto handle = customer_of(turns.rows(), tenant, wish);
        if (!handle) return deny(handle.error());
        if (wish.owner.starts_with("usr_") && !find_user(turns.rows(), tenant, wish.owner))
            return deny(no_such({"用户", "user"}));
        if (auto fine = need_house_promise(turns.shelf(), tenant, kWords, now); !fine)
            return deny(fine.error());
        Word word{.id = fresh_id(turns.rows(), tenant, kWords, now),
                  .about = wish.about,
                  .owner = wish.owner.empty() ? call.who.actor.id : wish.owner,
                  .by = call.who.actor.id,
                  .until = wish.until,
                  .made_at = now};
        word.needs = TRY(needed_for(authority_of(turns.rows(), tenant), call.who.role, wish.about,
                                    wish.until - now));
        word.state = word.needs.empty() ? WordState::Given : WordState::Proposed;
        const WordText said{.text = wish.text, .salt = vault::token(turns.entropy(), 22)};
        word.text_hash = hash_of(said);
        word.customer = turns.keys().known(turns.rows(), turns.entropy(), tenant, *handle);
        word.sealed =
            TRY(seal_text(turns, tenant, word.customer, kWords, word.id, sealed_form(said)));
        if (word.state == WordState::Given)
            if (auto given = give_word(turns, tenant, word, said, {}); !given)
                return deny(given.error());
        put_word(turns, tenant, word);
        turns.audit(call.who.actor, word.state == WordState::Given ? "word.given" : "word.proposed",
                    word.subject());
        JsonOut out;
        write_word(out, call, turns.rows(), turns.keys(), word);
        return created(out, "/api/v1/words/" + word.id, word.etag);
    });
}

// --- what becomes of it ---------------------------------------------------------------------------

// A step on the word that the path names; `step` may change it, which is written down.
template <typename Step>
void take(Ticket ticket, Step step) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_word()));
    act(ticket, [ticket, step = std::move(step)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto word = find_seen(call, turns.rows());
        if (!word) return deny(no_word());
        if (auto done = step(turns, *word); !done) return deny(done.error());
        put_word(turns, call.who.tenant, *word);
        return answer_with(call, turns.rows(), turns.keys(), *word);
    });
}

Answered<void> check_decision(const Call& call, const Word& word) {
    if (word.state != WordState::Proposed)
        return deny(wrong_state({"不在等同意", "waits for nobody's agreement"}));
    if (!may_agree(call.who.role, word.needs))
        return deny(Error{.code = "forbidden",
                          .what = {"这要由 " + word.needs + " 来同意",
                                   "this is for a " + word.needs + " to agree to"}});
    if (call.who.actor.id == word.by)
        return deny(
            Error{.code = "same-person",
                  .what = {"自己说的话不能自己同意", "nobody agrees to a word of their own"},
                  .mend = {"请另一个人来", "let somebody else do it"}});
    return {};
}

void agree(Ticket ticket) {
    take(ticket, [ticket](engine::Turns& turns, Word& word) -> Answered<void> {
        const auto& call = ticket->call;
        if (auto fine = check_decision(call, word); !fine) return fine;
        if (auto fine = check_until(word.until, turns.now()); !fine) return fine;
        if (auto fine = need_house_promise(turns.shelf(), call.who.tenant, kWords, turns.now());
            !fine)
            return deny(fine.error());
        const auto said = text_of(turns.rows(), turns.keys(), call.who.tenant, word);
        if (!said) return deny(Error{.code = "erased", .what = {"客户已删除", "erased"}});
        if (auto given = give_word(turns, call.who.tenant, word, *said, call.who.actor.id); !given)
            return deny(given.error());
        word.state = WordState::Given;
        word.decided_by = call.who.actor.id;
        word.decided_at = turns.now();
        turns.audit(call.who.actor, "word.agreed", word.subject());
        return {};
    });
}

struct Reason {
    std::string reason;
};
void describe(Members& in, Reason& into) {
    in.need("reason", into.reason, {.least = 1, .most = 200});
}

void turn_down(Ticket ticket) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_word()));
    auto given = read_body<Reason>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(ticket,
         [ticket, reason = given->reason](engine::Turns& turns, Word& word) -> Answered<void> {
             const auto& call = ticket->call;
             if (auto fine = check_decision(call, word); !fine) return fine;
             word.state = WordState::Refused;
             word.decided_by = call.who.actor.id;
             word.decided_at = turns.now();
             word.reason = reason;
             turns.audit(call.who.actor, "word.refused", word.subject());
             return {};
         });
}

// The obligation, while there is still something to do about it.
Answered<store::ObligationRow> unsettled(store::Reading& rows, store::TenantId tenant,
                                         const Word& word) {
    if (word.state != WordState::Given) return deny(wrong_state({"还没有说出", "isn't given"}));
    auto row = obligation_of(rows, tenant, word);
    if (!row || row->settled_at < Instant::max())
        return deny(wrong_state({"已经了结", "is settled"}));
    return *std::move(row);
}

Result<void> report_about(engine::Turns& turns, const Call& call, const Word& word,
                          std::string_view kind, JsonOut fields, std::string_view note) {
    JsonOut personal;
    personal.open('{').member_if("note", note).close('}');
    auto done = report_own(turns, call.who.tenant,
                           {.id = word.subject() + "." + vault::token(turns.entropy(), 8),
                            .kind = kind,
                            .subject = word.subject(),
                            .fields = inner(fields.member("by", call.who.actor.id).close('}')),
                            .personal = inner(personal)},
                           turns.now());
    if (done) turns.audit(call.who.actor, kind, word.subject());
    return done;
}

struct Note {
    std::string note;
};
void describe(Members& in, Note& into) { in.may("note", into.note, {.least = 0, .most = 1'000}); }

void settle(Ticket ticket, std::string_view kind) {
    Note note;
    if (!ticket->call.request.body.empty()) {
        auto given = read_body<Note>(ticket->call.request);
        if (!given) return ticket->answer(deny(given.error()));
        note = std::move(*given);
    }
    take(ticket, [ticket, kind, note](engine::Turns& turns, Word& word) -> Answered<void> {
        const auto& call = ticket->call;
        if (auto row = unsettled(turns.rows(), call.who.tenant, word); !row)
            return deny(row.error());
        JsonOut fields;
        fields.open('{');
        if (auto done = report_about(turns, call, word, kind, std::move(fields), note.note); !done)
            return deny(done.error());
        return {};
    });
}
void keep(Ticket ticket) { settle(std::move(ticket), "word.kept"); }
void withdraw(Ticket ticket) { settle(std::move(ticket), "word.withdrawn"); }

struct Moved {
    Instant until = Instant::max();
    bool consent = false;
    std::string note;
};
void describe(Members& in, Moved& into) {
    in.need_instant("until", into.until);
    in.may("consent", into.consent);
    in.may("note", into.note, {.least = 0, .most = 1'000});
    if (!into.consent)
        in.flaw("consent", {.code = "consent-missing",
                            .what = {"改约要客户同意", "another time needs the customer's consent"},
                            .mend = {"客户同意了才写 true", "true once the customer agreed"}});
}

// 改约: before the breach, to a later instant, as often as the promise admits.
void move(Ticket ticket) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_word()));
    auto given = read_body<Moved>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    take(
        ticket,
        [ticket, wish = std::move(*given)](engine::Turns& turns, Word& word) -> Answered<void> {
            const auto& call = ticket->call;
            if (auto fine = check_until(wish.until, turns.now()); !fine) return fine;
            const auto row = unsettled(turns.rows(), call.who.tenant, word);
            if (!row) return deny(row.error());
            if (row->state == static_cast<std::uint8_t>(State::Broken))
                return deny(wrong_state({"已违约，不能再改约", "is broken, and can't be put off"}));
            const auto* version = turns.shelf().find(row->version);
            const auto& extends =
                version->promise->clauses[static_cast<std::size_t>(row->clause)].extends;
            if (!extends || row->extensions >= extends->times)
                return deny(wrong_state({"不能再改约了", "may not be put off again"}));
            if (wish.until <= row->due_at)
                return deny(bad_word("not-later",
                                     {"改约只能往后", "another time must be a later one"},
                                     {"写一个更晚的时刻", "name a later instant"}));
            JsonOut fields;
            fields.open('{').member("until", wish.until).member("consent", true);
            auto done = report_about(turns, call, word, "word.moved", std::move(fields), wish.note);
            if (!done) return deny(done.error());
            return {};
        });
}

// --- authority ------------------------------------------------------------------------------------

struct RowWish : AuthorityRow {};
void describe(Members& in, RowWish& into) {
    in.need_word("role", into.role, kWordRoles);
    in.need("longest_hours", into.longest_hours, {.least = 0, .most = 24 * 366});
    in.need_word("needs", into.needs, kNeeds);
    if (into.needs == "none") into.needs.clear();
    in.may("kinds", into.kinds, {.most = 20}, {.least = 1, .most = 60});
}
struct AuthorityWish {
    std::vector<RowWish> rows;
};
void describe(Members& in, AuthorityWish& into) {
    in.require("rows");
    in.may_each("rows", into.rows, {.least = 0, .most = 50});
}

http::Response answer(const Authority& authority) {
    JsonOut out;
    out.open('{').key("rows").open('[');
    for (const auto& row : authority.rows) {
        out.open('{').member("role", row.role).member("longest_hours", row.longest_hours);
        out.member("needs", row.needs.empty() ? "none" : row.needs);
        out.list("kinds", row.kinds).close('}');
    }
    out.close(']').close('}');
    return ok(out, authority.etag + kUnwritten);
}

Answer read_authority(const Call& call) {
    return answer(authority_of(*call.things.store.read(), call.who.tenant));
}

void change_authority(Ticket ticket) {
    auto given = read_body<AuthorityWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, given = std::move(*given), etag = *etag](engine::Turns& turns) -> Answer {
        Authority authority{.rows = {given.rows.begin(), given.rows.end()},
                            .etag = etag - kUnwritten};
        authority.etag = TRY(put_authority(turns, ticket->call.who.actor, authority));
        return answer(authority);
    });
}

constexpr auto kGive = Permission::WordsGive;
constexpr auto kRead = Permission::ObligationsRead;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/words", "listWords", kRead, list_words, 0},
    {"POST", "/api/v1/words", "giveWord", kGive, give, 8192, true},
    {"GET", "/api/v1/words/authority", "readWordAuthority", Permission::SettingsRead,
     read_authority, 0},
    {"PUT", "/api/v1/words/authority", "changeWordAuthority", Permission::SettingsWrite,
     change_authority},
    {"GET", "/api/v1/words/{id}", "readWord", kRead, read_one, 0},
    {"POST", "/api/v1/words/{id}/agree", "agreeToWord", kGive, agree, 1024, true},
    {"POST", "/api/v1/words/{id}/refuse", "refuseWord", kGive, turn_down, 4096, true},
    {"POST", "/api/v1/words/{id}/kept", "keepWord", kGive, keep, 8192, true},
    {"POST", "/api/v1/words/{id}/withdrawn", "withdrawWord", kGive, withdraw, 8192, true},
    {"POST", "/api/v1/words/{id}/moved", "moveWord", kGive, move, 8192, true},
};

}  // namespace

std::span<const Route> word_routes() { return kRoutes; }

}  // namespace yinuo::server
