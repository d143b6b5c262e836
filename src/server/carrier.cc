#include "server/carrier.h"

#include <array>
#include <cmath>

#include "server/json_out.h"

namespace yinuo::server {
namespace {

using State = store::Action::State;

std::string_view word_of(connect::Then then) {
    switch (then) {
        case connect::Then::Done: return "done";
        case connect::Then::Again: return "again";
        case connect::Then::Disable: return "disabled";
        case connect::Then::Dead: return "dead";
    }
    return "dead";
}

std::string answer_of(const Attempt& attempt, Instant at) {
    JsonOut out;
    out.open('{').member("at", at).member("status", attempt.status);
    out.member("fault", attempt.fault);
    return out.member_if("excerpt", attempt.excerpt).close('}').take();
}

}  // namespace

std::string_view name_of(connect::Fault fault) {
    switch (fault) {
        case connect::Fault::None: return "none";
        case connect::Fault::Unsendable: return "unsendable";
        case connect::Fault::Forbidden: return "forbidden";
        case connect::Fault::Unresolved: return "unresolved";
        case connect::Fault::Refused: return "refused";
        case connect::Fault::TimedOut: return "timed-out";
        case connect::Fault::Tls: return "tls";
        case connect::Fault::Broken: return "broken";
        case connect::Fault::TooLong: return "too-long";
        case connect::Fault::Stopped: return "stopped";
    }
    return "none";
}

double chance(vault::Entropy& entropy) {
    std::array<std::byte, 4> bytes{};
    entropy.fill(bytes);
    std::uint32_t number = 0;
    for (const auto byte : bytes) number = number << 8 | static_cast<std::uint32_t>(byte);
    return std::ldexp(static_cast<double>(number), -32);
}

void write_attempt(engine::Turns& turns, store::Action action, const Attempt& attempt) {
    ++action.attempts;
    action.answer = answer_of(attempt, turns.now());
    switch (attempt.next.then) {
        case connect::Then::Done: action.state = State::Done; break;
        case connect::Then::Again: action.due_at = turns.now() + attempt.next.wait; break;
        case connect::Then::Disable:
        case connect::Then::Dead: action.state = State::Dead; break;
    }
    turns.rows().put_action(action);
    JsonOut body;
    body.open('{').member("action", action.id).member("attempt", action.attempts);
    body.member("endpoint", action.target).member("fault", attempt.fault);
    body.member("status", attempt.status).member("then", word_of(attempt.next.then)).close('}');
    turns.append(action.tenant, engine::EntryKind::Delivery, body.take());
}

}  // namespace yinuo::server
