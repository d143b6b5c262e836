// Random work on both stores at once: they must always say the same.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "store/testing.h"

namespace yinuo::store {
namespace {

// Everything a reading can be asked, as text. The numbers stay small so that rows meet.
std::string image(Reading& from) {
    std::ostringstream out;
    const auto entry = [&](const Entry& e) {
        out << e.position << ',' << e.tenant << ',' << e.stream << ',' << int{e.kind} << ','
            << e.recorded_at.millis << ',' << e.body << ' ';
        return true;
    };
    const auto streams = [&](const std::vector<Stream>& rows) {
        for (const auto& row : rows)
            out << row.id << ',' << row.tenant << ',' << row.name << ',' << row.customer << ','
                << row.turned_at.millis << ',' << row.wakes_at.millis << ' ';
        out << '\n';
    };
    const auto obligations = [&](const std::vector<ObligationRow>& rows) {
        for (const auto& row : rows)
            out << row.id << ',' << row.stream << ',' << row.version << ',' << int{row.state} << ','
                << row.due_at.millis << ',' << row.settled_at.millis << ',' << row.label << ' ';
        out << '\n';
    };
    const auto actions = [&](const std::vector<Action>& rows) {
        for (const auto& row : rows)
            out << row.id << ',' << row.key << ',' << row.due_at.millis << ','
                << static_cast<int>(row.state) << ' ';
        out << '\n';
    };
    const auto alerts = [&](const std::vector<Alert>& rows) {
        for (const auto& row : rows)
            out << row.id << ',' << row.tenant << ',' << row.climbs_at.millis << ','
                << row.acknowledged_at.millis << ' ';
        out << '\n';
    };

    out << from.last_position() << ' ' << from.last_obligation() << ' '
        << from.next_action_at().millis << ' ' << from.next_climb_at().millis << '\n';
    from.entries_after(2, entry);
    std::vector<std::pair<std::int64_t, StreamId>> wakers;
    from.wakers([&](Instant at, StreamId id) { wakers.emplace_back(at.millis, id); });
    std::ranges::sort(wakers);
    for (const auto& [at, id] : wakers) out << at << '/' << id << ' ';
    actions(from.actions_due({7}, 5));
    alerts(from.alerts_climbing({7}, 5));
    for (std::int64_t n = 0; n < 10; ++n) {
        from.entries_of(n, 3, entry);
        obligations(from.obligations_of(n));
        streams(from.streams_of_customer(n));
        for (const auto member : from.members_of(n)) out << member << ' ';
        for (const auto group : from.groups_of(n)) out << group << ' ';
        for (const auto& row : from.measures(n, {2}, {8}))
            out << row.group << ',' << row.member << ',' << row.ordinal << ',' << row.at.millis
                << ',' << row.good << row.value << ' ';
        alerts(from.alerts_of(n));
    }
    for (const TenantId tenant : {1, 2}) {
        from.entries_about(tenant, 2, 1, false, entry);
        from.entries_about(tenant, 2, 9, true, entry);
        streams(from.streams(tenant, "s1", "", 4));
        streams(from.streams(tenant, "", "s2", 4));
        for (const bool latest_first : {false, true}) {
            obligations(from.obligations({.tenant = tenant, .latest_first = latest_first}));
            for (std::int64_t at = 0; at < 8; ++at)
                obligations(
                    from.obligations({.tenant = tenant,
                                      .states = {2, 0},
                                      .version = at % 2 == 0 ? std::optional{at % 3} : std::nullopt,
                                      .due_from = {2},
                                      .due_until = at < 4 ? Instant{6} : Instant::max(),
                                      .latest_first = latest_first,
                                      .after_due_at = Instant{at},
                                      .after_id = at * 2,
                                      .limit = 4}));
        }
        for (const auto& [state, count] : from.count_by_state(tenant))
            out << int{state} << ':' << count << ' ';
        for (std::uint8_t state = 0; state < 3; ++state)
            out << from.count_due(tenant, state, {2}, {6}) << ' '
                << from.count_due(tenant, state, {2}, Instant::max()) << ' ';
        actions(from.actions(tenant, "t1", Action::State::Waiting, 1, 5));
        actions(from.actions(tenant, "t0", Action::State::Done, 0, 5));
        alerts(from.alerts(tenant, true, 1, 5));
        alerts(from.alerts(tenant, false, 0, 5));
        for (const auto& row : from.documents(tenant, "c", "d0", 5))
            out << row.id << ',' << row.version << ',' << row.key << ' ';
        for (const auto* key : {"k0", "k1", "k2"})
            if (const auto row = from.document_by_key(tenant, "c", key)) out << row->id << ' ';
        for (const auto* handle : {"h0", "h1", ""})
            if (const auto row = from.find_customer(tenant, handle)) out << row->id << ' ';
        const auto payouts = [&](const std::vector<PayoutRow>& rows) {
            for (const auto& row : rows)
                out << row.id << ',' << row.stream << ',' << row.obligation << ',' << row.customer
                    << ',' << row.incident << ',' << int{row.state} << ',' << row.acts_at.millis
                    << ',' << row.body << ' ';
            out << '/';
        };
        payouts(from.payouts({.tenant = tenant, .state = {}, .incident = {}, .after = 1}));
        payouts(from.payouts({.tenant = tenant, .state = 1, .incident = {}, .limit = 2}));
        payouts(from.payouts({.tenant = tenant, .state = {}, .incident = 1}));
        payouts(from.payouts({.tenant = tenant, .state = 1, .incident = 1}));
        payouts(from.payouts_of(3));
        payouts(from.payouts_of_customer(2));
        payouts(from.payouts_acting({5}, 3));
        out << from.next_payout_at().millis << ' ' << from.last_payout() << ' ';
        for (const auto incident : {std::optional<std::int64_t>(), std::optional<std::int64_t>(1)})
            for (const auto& [state, count] : from.count_payouts(tenant, incident))
                out << int{state} << ':' << count << ' ';
        for (const auto& row : from.postings(tenant, 1, 4))
            out << row.id << ',' << row.currency << ',' << row.minor << ',' << row.promise << ' ';
        for (const auto& sums : {from.balances(tenant), from.daily_sums(tenant, 2, 5)})
            for (const auto& row : sums)
                out << row.day << row.promise << row.currency << int{row.account} << '='
                    << row.minor << ' ';
        if (const auto row = from.tile(tenant, -1, 1)) out << row->bytes << ' ';
        out << from.checkpoint(tenant).size << from.checkpoint(tenant).note << '\n';
    }
    return out.str();
}

struct Step {
    int what, a, b, c;
};

// One random thing to write; says what it was answered.
std::string take(Writing& to, const Step& step) {
    const auto [what, a, b, c] = step;
    const TenantId tenant = 1 + a % 2;
    const auto digit = [](const char* text, int number) { return text + std::to_string(number); };
    const auto or_max = [](int at) { return at == 9 ? Instant::max() : Instant{at}; };
    switch (what) {
        case 0:
            return digit("", static_cast<int>(to.append({.tenant = tenant,
                                                         .stream = b % 4,
                                                         .kind = static_cast<std::uint8_t>(c % 3),
                                                         .recorded_at = {c},
                                                         .body = digit("b", c)})));
        case 1:
            to.put_stream({.id = 1 + b,
                           .tenant = 1 + b % 2,
                           .name = digit("s", b),
                           .customer = c % 3,
                           .turned_at = {a},
                           .wakes_at = or_max(c)});
            return "";
        case 2:
        case 3:
        case 4: {
            auto row = obligation_row(1 + a + b, a % 4, static_cast<std::uint8_t>(c % 3),
                                      or_max((b + c) % 10), 1 + (a + b) % 2);
            row.stream = (a + b) % 4;  // for good
            row.version = c % 3;
            row.settled_at = or_max(a);
            row.label = digit("l", c);
            to.put_obligation(row);
            return "";
        }
        case 5: {
            const auto source = to.source(tenant, digit("x", b % 3));
            to.put_fact(source, digit("f", c), a);
            return digit("", static_cast<int>(source * 100 + to.find_fact(source, "f1")));
        }
        case 6: to.put_member(a, b); return "";
        case 7:
            if (c == 0)
                to.put_measures(a, b, {});
            else
                to.put_measures(a, b,
                                {{.ordinal = 1, .at = {c}, .good = c % 2 == 0, .value = "1"},
                                 {.ordinal = 2, .at = {9 - c}, .good = true}});
            return "";
        case 8: {
            const auto id = to.put_action(
                {.tenant = 1, .key = digit("k", b), .target = digit("t", b % 2), .due_at = {c}});
            auto row = to.action(id).value();
            if (a < 3) row.state = static_cast<Action::State>(a);
            row.due_at = {a};
            to.put_action(row);
            return digit("", static_cast<int>(id));
        }
        case 9: {
            const auto id =
                to.put_alert({.tenant = tenant, .obligation = b, .climbs_at = or_max(c)});
            if (auto row = to.alert(1 + c)) {
                row->acknowledged_at = or_max(a);
                row->climbs_at = or_max(b);
                to.put_alert(*row);
            }
            return digit("", static_cast<int>(id));
        }
        case 10:
            return to.put_document({.tenant = tenant,
                                    .collection = "c",
                                    .id = digit("d", b),
                                    .version = 1 + c % 3,
                                    .key = c < 3 ? "" : digit("k", c % 4)})
                       ? "yes"
                       : "no";
        case 11: return to.remove_document(tenant, "c", digit("d", b)) ? "yes" : "no";
        case 12: {
            if (to.find_customer(tenant, digit("h", b))) return "";
            const auto id = to.put_customer({.tenant = tenant, .handle = digit("h", b)});
            if (c == 0) to.put_customer({.id = id, .tenant = tenant, .erased_at = {1}});
            return digit("", static_cast<int>(id));
        }
        case 13:
            to.put_tile(tenant, {.level = -1, .index = b % 2, .bytes = digit("t", c)});
            return "";
        case 14: to.put_checkpoint(tenant, {.size = b, .note = digit("n", c)}); return "";
        case 15: {
            auto row = to.payout(1 + b % 4).value_or(PayoutRow{.id = 1 + b % 4, .tenant = tenant});
            if (row.stream == 0)
                row.stream = 1 + c % 3, row.obligation = c % 4, row.customer = c % 3;
            row.incident = c % 2;
            row.state = static_cast<std::uint8_t>(a % 3);
            row.acts_at = or_max(c);
            row.body = digit("p", c);
            to.put_payout(row);
            return "";
        }
        case 16:
            to.put_posting({.tenant = tenant,
                            .account = static_cast<std::uint8_t>(b % 3),
                            .currency = c % 2 == 0 ? "CNY" : "USD",
                            .minor = c - 4,
                            .promise = digit("q", b % 2),
                            .day = c % 6});
            return "";
        default:
            if (a == 0 && b < 5) to.drop_projections();
            return "";
    }
}

TEST_CASE("random work leaves both stores with equal answers") {
    const bool holds = (rc::check)([] {
        using Batch = std::vector<std::tuple<int, int, int, int>>;
        const auto digit = rc::gen::inRange(0, 10);
        // Small: each step is on a real disk, and what is wrong shows with few rows.
        const auto batches = *rc::gen::resize(
            12,
            rc::gen::container<std::vector<std::pair<bool, Batch>>>(rc::gen::pair(
                rc::gen::arbitrary<bool>(), rc::gen::container<Batch>(rc::gen::tuple(
                                                rc::gen::inRange(0, 18), digit, digit, digit)))));
        InMemory model;
        InSqlite file;
        for (const auto& [keeps, batch] : batches) {
            auto model_before = model.store.read();
            auto file_before = file.store.read();
            const auto before = image(*model_before);
            {
                auto in_model = model.store.write();
                auto in_file = file.store.write();
                for (const auto& [what, a, b, c] : batch) {
                    const Step step{what, a, b, c};
                    RC_ASSERT(take(*in_model, step) == take(*in_file, step));
                }
                RC_ASSERT(image(*in_model) == image(*in_file));
                if (keeps) in_model->commit(), in_file->commit();
            }
            RC_ASSERT(image(*model_before) == before);
            RC_ASSERT(image(*file_before) == before);
            const auto after = image(*model.store.read());
            RC_ASSERT(image(*file.store.read()) == after);
            if (!keeps) RC_ASSERT(after == before);
        }
    });
    CHECK(holds);
}

}  // namespace
}  // namespace yinuo::store
