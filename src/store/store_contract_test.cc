// What every store does, asked of each of them.
#include <doctest/doctest.h>

#include <thread>

#include "store/testing.h"

namespace yinuo::store {
namespace {

using std::vector;

REGISTER_EXCEPTION_TRANSLATOR(const Trouble& trouble) {
    return (trouble.error().code + ": " + trouble.error().what.en).c_str();
}

vector<ObligationId> ids(const vector<ObligationRow>& rows) {
    vector<ObligationId> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

template <typename Row>
vector<std::int64_t> numbers(const vector<Row>& rows) {
    vector<std::int64_t> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

vector<Position> positions(const std::function<void(const Reading::TakeEntry&)>& read) {
    vector<Position> out;
    read([&](const Entry& entry) {
        out.push_back(entry.position);
        return true;
    });
    return out;
}

#define STORE_TEST(sentence) TEST_CASE_TEMPLATE(sentence, Kind, InMemory, InSqlite)

STORE_TEST("what was committed is read, what was given up never was") {
    Kind kind;
    {
        auto writing = kind.store.write();
        begin_stream(*writing, 1, "order/1");
        writing->commit();
    }
    {
        auto writing = kind.store.write();
        begin_stream(*writing, 1, "order/2");
        writing->put_stream({.id = 1, .tenant = 1, .name = "order/1", .turned_at = {99}});
        writing->put_obligation(obligation_row(1, 1, 0, {5}));
        writing->put_document({.tenant = 1, .collection = "c", .id = "d", .body = "{}"});
        CHECK(writing->last_position() == 2);
        CHECK(writing->find_stream(1, "order/2")->id == 2);
        CHECK(writing->count_by_state(1).size() == 1);
    }
    auto reading = kind.store.read();
    CHECK(reading->last_position() == 1);
    CHECK(reading->entry(1)->body == "order/1");
    CHECK(!reading->entry(2));
    CHECK(!reading->find_stream(1, "order/2"));
    CHECK(reading->stream(1)->turned_at == Instant{1});
    CHECK(reading->count_by_state(1).empty());
    CHECK(!reading->obligation(1));
    CHECK(!reading->document(1, "c", "d"));
    auto next = kind.store.write();
    CHECK(begin_stream(*next, 1, "order/2") == 2);
}

STORE_TEST("a reading sees one moment, however much is written after it") {
    Kind kind;
    {
        auto writing = kind.store.write();
        begin_stream(*writing, 1, "order/1");
        writing->commit();
    }
    auto before = kind.store.read();
    auto writing = kind.store.write();
    begin_stream(*writing, 1, "order/2");
    auto during = kind.store.read();
    writing->commit();
    writing.reset();
    auto after = kind.store.read();
    CHECK(before->last_position() == 1);
    CHECK(during->last_position() == 1);
    CHECK(!during->find_stream(1, "order/2"));
    CHECK(after->last_position() == 2);
    CHECK(after->find_stream(1, "order/2"));
}

STORE_TEST("a second writing waits for the first") {
    Kind kind;
    auto first = kind.store.write();
    std::thread second([&] {
        auto writing = kind.store.write();
        begin_stream(*writing, 1, "second");
        writing->commit();
    });
    begin_stream(*first, 1, "first");
    first->commit();
    first.reset();
    second.join();
    auto reading = kind.store.read();
    CHECK(reading->find_stream(1, "first")->id == 1);
    CHECK(reading->find_stream(1, "second")->id == 2);
}

STORE_TEST("the log is read by stream, from a position, and by what it is about") {
    Kind kind;
    auto writing = kind.store.write();
    const auto add = [&](TenantId tenant, StreamId stream, std::uint8_t entry_kind) {
        return writing->append({.tenant = tenant,
                                .stream = stream,
                                .kind = entry_kind,
                                .recorded_at = {-7},
                                .leaf = 11,
                                .leaves = 2,
                                .body = std::string("\0\xff", 2)});
    };
    CHECK(add(1, 1, 1) == 1);
    CHECK(add(1, 0, 2) == 2);
    CHECK(add(1, 1, 1) == 3);
    CHECK(add(2, 0, 2) == 4);
    CHECK(add(1, 0, 2) == 5);
    CHECK(add(1, 0, 3) == 6);
    const auto entry = writing->entry(3).value();
    CHECK(entry.tenant == 1);
    CHECK(entry.stream == 1);
    CHECK(entry.recorded_at == Instant{-7});
    CHECK(entry.leaf == 11);
    CHECK(entry.leaves == 2);
    CHECK(entry.body == std::string("\0\xff", 2));
    writing->commit();
    writing.reset();
    auto reading = kind.store.read();
    const auto about = [&](Position from, bool latest_first) {
        return positions(
            [&](const auto& take) { reading->entries_about(1, 2, from, latest_first, take); });
    };
    CHECK(positions([&](const auto& take) { reading->entries_of(1, 0, take); }) ==
          vector<Position>{1, 3});
    CHECK(positions([&](const auto& take) { reading->entries_of(1, 1, take); }) ==
          vector<Position>{3});
    CHECK(positions([&](const auto& take) { reading->entries_of(0, 0, take); }).empty());
    CHECK(positions([&](const auto& take) { reading->entries_after(4, take); }) ==
          vector<Position>{5, 6});
    CHECK(about(0, false) == vector<Position>{2, 5});
    CHECK(about(2, false) == vector<Position>{5});
    CHECK(about(0, true) == vector<Position>{5, 2});
    CHECK(about(5, true) == vector<Position>{2});
    int seen = 0;
    reading->entries_after(0, [&](const Entry&) { return ++seen < 2; });
    CHECK(seen == 2);
}

STORE_TEST("a take may itself read and write") {
    Kind kind;
    auto writing = kind.store.write();
    begin_stream(*writing, 1, "a");
    begin_stream(*writing, 1, "b");
    vector<Position> seen;
    writing->entries_after(0, [&](const Entry& outer) {
        writing->entries_after(0, [&](const Entry& inner) {
            seen.push_back(outer.position * 10 + inner.position);
            return true;
        });
        writing->put_obligation(obligation_row(outer.position, outer.stream, 0, {5}));
        return true;
    });
    CHECK(seen == vector<Position>{11, 12, 21, 22});
    CHECK(writing->last_obligation() == 2);
}

STORE_TEST("streams are found by name, prefix, customer, and by when they wake") {
    Kind kind;
    auto writing = kind.store.write();
    const auto ada = writing->put_customer({.tenant = 1, .handle = "ada", .wrapped_key = "k"});
    const auto a = begin_stream(*writing, 1, "order/1", ada);
    const auto c = begin_stream(*writing, 1, "order/3");
    const auto b = begin_stream(*writing, 1, "order/2", ada);
    begin_stream(*writing, 1, "visit/1");
    begin_stream(*writing, 2, "order/1");
    const auto names = [&](std::string_view prefix, std::string_view after, int limit) {
        vector<StreamId> out;
        for (const auto& row : writing->streams(1, prefix, after, limit)) out.push_back(row.id);
        return out;
    };
    CHECK(names("order/", "", 9) == vector<StreamId>{a, b, c});
    CHECK(names("order/", "order/1", 1) == vector<StreamId>{b});
    CHECK(names("", "", 9).size() == 4);
    CHECK(names("x", "", 9).empty());
    CHECK(names("\xff", "", 9).empty());
    CHECK(numbers(writing->streams_of_customer(ada)) == vector<StreamId>{a, b});
    CHECK(writing->streams_of_customer(0).empty());

    writing->put_stream({.id = c,
                         .tenant = 1,
                         .name = "order/3",
                         .customer = ada,
                         .turned_at = {50},
                         .wakes_at = {70}});
    CHECK(numbers(writing->streams_of_customer(ada)) == vector<StreamId>{a, c, b});
    CHECK(writing->stream(c)->wakes_at == Instant{70});
    vector<std::pair<std::int64_t, StreamId>> awake;
    writing->wakers([&](Instant at, StreamId id) { awake.emplace_back(at.millis, id); });
    CHECK(awake == vector<std::pair<std::int64_t, StreamId>>{{70, c}});
}

STORE_TEST("two streams of a tenant with one name are refused") {
    Kind kind;
    auto writing = kind.store.write();
    begin_stream(*writing, 1, "order/1");
    CHECK_THROWS_AS(begin_stream(*writing, 1, "order/1"), Trouble);
}

STORE_TEST("an obligation is kept with everything it has") {
    Kind kind;
    ObligationRow row;
    row.id = 7;
    row.tenant = 3;
    row.stream = 2;
    row.version = 4;
    row.clause = 5;
    row.occurrence = 6;
    row.label = "北京/2026-05";
    row.state = 8;
    row.claim = 1;
    row.excuse = 2;
    row.extensions = 3;
    row.earlier_kept = true;
    row.provisional = true;
    row.started_at = {10};
    row.promised_at = {11};
    row.due_at = {12};
    row.first_due_at = {13};
    row.warns_at = {14};
    row.broken_at = {15};
    row.settled_at = {-16};
    row.paused = 17;
    row.counted = 18;
    row.good = 19;
    row.position = 20;
    row.leaf = 21;
    auto writing = kind.store.write();
    writing->put_obligation(row);
    CHECK(writing->obligation(7) == row);
    for (auto* at : {&row.started_at, &row.promised_at, &row.due_at, &row.first_due_at,
                     &row.warns_at, &row.broken_at, &row.settled_at})
        *at = Instant::max();
    row.label.clear();
    row.occurrence = 9;
    writing->put_obligation(row);
    CHECK(writing->obligation(7) == row);
    row.started_at = {1};
    row.leaf = 22;  // due and state stay
    writing->put_obligation(row);
    CHECK(writing->obligation(7) == row);
    CHECK(writing->last_obligation() == 7);
}

STORE_TEST("obligations are paged through by due instant, from either end") {
    Kind kind;
    auto writing = kind.store.write();
    //                     id stream state due
    for (const auto& row : {obligation_row(1, 1, 0, {30}), obligation_row(2, 1, 1, {10}),
                            obligation_row(3, 2, 0, {10}), obligation_row(4, 2, 0, {20}),
                            obligation_row(5, 2, 2, {20}), obligation_row(6, 3, 0, Instant::max()),
                            obligation_row(7, 3, 0, {10}, 2), obligation_row(8, 3, 0, {20})})
        writing->put_obligation(row);
    CHECK(ids(writing->obligations({.tenant = 1})) == vector<ObligationId>{2, 3, 4, 5, 8, 1, 6});
    CHECK(ids(writing->obligations({.tenant = 1, .latest_first = true})) ==
          vector<ObligationId>{6, 1, 8, 5, 4, 3, 2});
    CHECK(ids(writing->obligations({.tenant = 1, .states = {0, 1, 1, 9}, .limit = 3})) ==
          vector<ObligationId>{2, 3, 4});
    CHECK(ids(writing->obligations({.tenant = 1,
                                    .states = {0, 1},
                                    .after_due_at = Instant{20},
                                    .after_id = 4,
                                    .limit = 2})) == vector<ObligationId>{8, 1});
    CHECK(ids(writing->obligations({.tenant = 1,
                                    .latest_first = true,
                                    .after_due_at = Instant{20},
                                    .after_id = 8,
                                    .limit = 2})) == vector<ObligationId>{5, 4});
    CHECK(ids(writing->obligations({.tenant = 1, .due_from = {20}, .due_until = {30}})) ==
          vector<ObligationId>{4, 5, 8});
    CHECK(ids(writing->obligations({.tenant = 1, .stream = 2})) == vector<ObligationId>{3, 4, 5});
    CHECK(ids(writing->obligations({.tenant = 1, .version = 2})).empty());
    CHECK(ids(writing->obligations({.tenant = 1, .limit = 0})).empty());
    CHECK(ids(writing->obligations_of(3)) == vector<ObligationId>{6, 7, 8});
    CHECK(writing->count_due(1, 0, {10}, {20}) == 1);
    CHECK(writing->count_due(1, 0, {20}, Instant::max()) == 4);
    CHECK(writing->count_due(1, 0, {20}, {10}) == 0);
}

STORE_TEST("counts by state follow every change") {
    Kind kind;
    const auto counts = [](Reading& reading) {
        vector<std::pair<int, std::int64_t>> out;
        for (const auto& [state, count] : reading.count_by_state(1)) out.emplace_back(state, count);
        return out;
    };
    using Counts = vector<std::pair<int, std::int64_t>>;
    {
        auto writing = kind.store.write();
        for (ObligationId id = 1; id <= 3; ++id)
            writing->put_obligation(obligation_row(id, 1, 0, {5}));
        CHECK(counts(*writing) == Counts{{0, 3}});
        writing->put_obligation(obligation_row(2, 1, 4, {5}));
        writing->commit();
    }
    CHECK(counts(*kind.store.read()) == Counts{{0, 2}, {4, 1}});
    auto writing = kind.store.write();
    writing->put_obligation(obligation_row(1, 1, 4, {6}));
    writing->put_obligation(obligation_row(3, 1, 4, {6}));
    CHECK(counts(*writing) == Counts{{4, 3}});
    writing->drop_projections();
    CHECK(counts(*writing).empty());
    CHECK(writing->last_obligation() == 0);
}

STORE_TEST("a fact's id leads to its stream, per source") {
    Kind kind;
    auto writing = kind.store.write();
    CHECK(writing->find_source(1, "crm") == 0);
    const auto crm = writing->source(1, "crm");
    CHECK(writing->source(1, "crm") == crm);
    CHECK(writing->source(2, "crm") != crm);
    writing->put_fact(crm, "e-1", 5);
    CHECK(writing->find_fact(crm, "e-1") == 5);
    CHECK(writing->find_fact(crm, "e-2") == 0);
    CHECK(writing->find_fact(crm + 1, "e-1") == 0);
    writing->put_fact(crm, "e-1", 6);
    CHECK(writing->find_fact(crm, "e-1") == 6);
    writing->drop_projections();
    CHECK(writing->find_fact(crm, "e-1") == 0);
    CHECK(writing->find_source(1, "crm") == crm);
    CHECK(writing->source_name(1, crm) == "crm");
    CHECK(writing->source_name(2, crm).empty());
    CHECK(writing->source_name(1, crm + 1).empty());
}

STORE_TEST("members belong to groups, and a group's measures are read by instant") {
    Kind kind;
    auto writing = kind.store.write();
    writing->put_member(10, 2);
    writing->put_member(10, 1);
    writing->put_member(10, 1);
    writing->put_member(11, 1);
    CHECK(writing->members_of(10) == vector<StreamId>{1, 2});
    CHECK(writing->groups_of(1) == vector<StreamId>{10, 11});
    CHECK(writing->groups_of(3).empty());

    writing->put_measures(
        10, 1,
        {{.ordinal = 1, .at = {30}, .good = true, .value = "1.5"}, {.ordinal = 2, .at = {10}}});
    writing->put_measures(10, 2, {{.ordinal = 1, .at = {10}}});
    const auto seen = [&](Instant from, Instant until) {
        vector<std::pair<StreamId, int>> out;
        for (const auto& row : writing->measures(10, from, until)) {
            CHECK(row.group == 10);
            out.emplace_back(row.member, row.ordinal);
        }
        return out;
    };
    using Seen = vector<std::pair<StreamId, int>>;
    CHECK(seen(Instant::min(), Instant::max()) == Seen{{1, 2}, {2, 1}, {1, 1}});
    CHECK(seen({10}, {30}) == Seen{{1, 2}, {2, 1}});
    CHECK(writing->measures(10, {30}, {31}).at(0).value == "1.5");
    CHECK(writing->measures(10, {30}, {31}).at(0).good);
    writing->put_measures(10, 1, {{.ordinal = 3, .at = {40}}});
    CHECK(seen(Instant::min(), Instant::max()) == Seen{{2, 1}, {1, 3}});
    writing->put_measures(10, 1, {});
    CHECK(seen(Instant::min(), Instant::max()) == Seen{{2, 1}});
}

STORE_TEST("an action waits until it is due, and is made once under its key") {
    Kind kind;
    auto writing = kind.store.write();
    CHECK(writing->next_action_at() == Instant::max());
    Action action{.tenant = 1,
                  .topic = "webhook",
                  .key = "k1",
                  .target = "ep",
                  .cause = 3,
                  .due_at = {20},
                  .body = "b"};
    const auto first = writing->put_action(action);
    CHECK(writing->put_action(action) == first);
    action.key = "k2";
    action.due_at = {10};
    const auto second = writing->put_action(action);
    CHECK(second != first);
    CHECK(numbers(writing->actions_due({20}, 9)) == vector<std::int64_t>{second, first});
    CHECK(numbers(writing->actions_due({20}, 1)) == vector<std::int64_t>{second});
    CHECK(numbers(writing->actions_due({19}, 9)) == vector<std::int64_t>{second});
    CHECK(writing->next_action_at() == Instant{10});
    action.id = second;
    action.state = Action::State::Dead;
    action.attempts = 4;
    action.answer = "410 Gone";
    CHECK(writing->put_action(action) == second);
    CHECK(writing->next_action_at() == Instant{20});
    CHECK(writing->action(second)->answer == "410 Gone");
    CHECK(writing->action(second)->attempts == 4);
    CHECK(numbers(writing->actions(1, "ep", Action::State::Dead, 0, 9)) ==
          vector<std::int64_t>{second});
    CHECK(numbers(writing->actions(1, "ep", Action::State::Waiting, first, 9)).empty());
    CHECK(writing->actions(2, "ep", Action::State::Dead, 0, 9).empty());
    CHECK(!writing->action(99));
}

STORE_TEST("an alert climbs until it is acknowledged") {
    Kind kind;
    auto writing = kind.store.write();
    Alert alert{.tenant = 1,
                .obligation = 5,
                .stream = 2,
                .warning = -1,
                .level = 1,
                .addressee = "lead",
                .raised_at = {1},
                .climbs_at = {30}};
    const auto first = writing->put_alert(alert);
    alert.climbs_at = {20};
    const auto second = writing->put_alert(alert);
    alert.climbs_at = Instant::max();
    const auto third = writing->put_alert(alert);
    CHECK(writing->next_climb_at() == Instant{20});
    CHECK(numbers(writing->alerts_climbing({30}, 9)) == vector<std::int64_t>{second, first});
    alert = writing->alert(second).value();
    CHECK(alert.warning == -1);
    CHECK(alert.addressee == "lead");
    alert.acknowledged_at = {25};
    alert.acknowledged_by = "ada";
    alert.climbs_at = Instant::max();
    writing->put_alert(alert);
    CHECK(writing->next_climb_at() == Instant{30});
    CHECK(numbers(writing->alerts(1, true, 0, 9)) == vector<std::int64_t>{first, third});
    CHECK(numbers(writing->alerts(1, false, first, 9)) == vector<std::int64_t>{second, third});
    CHECK(numbers(writing->alerts_of(5)) == vector<std::int64_t>{first, second, third});
    CHECK(writing->alerts(2, false, 0, 9).empty());
    CHECK(writing->alert(second)->acknowledged_by == "ada");
}

STORE_TEST("a document is changed only by who saw its latest version") {
    Kind kind;
    auto writing = kind.store.write();
    Document user{.tenant = 1, .collection = "users", .id = "u1", .key = "ada", .body = "{}"};
    CHECK(writing->put_document(user));
    CHECK(!writing->put_document(user));
    user.version = 3;
    CHECK(!writing->put_document(user));
    user.version = 2;
    user.body = "{\"a\":1}";
    CHECK(writing->put_document(user));
    CHECK(writing->document(1, "users", "u1")->body == "{\"a\":1}");
    CHECK(writing->document(1, "users", "u1")->version == 2);
    CHECK(writing->document_by_key(1, "users", "ada")->id == "u1");
    CHECK(!writing->put_document({.tenant = 1, .collection = "users", .id = "u2", .key = "ada"}));
    CHECK(!writing->put_document({.tenant = 1, .collection = "users", .id = "u2", .version = 2}));
    CHECK(writing->put_document({.tenant = 1, .collection = "users", .id = "u2"}));
    CHECK(writing->put_document({.tenant = 1, .collection = "users", .id = "u3"}));
    CHECK(writing->put_document({.tenant = 2, .collection = "users", .id = "u4", .key = "ada"}));
    CHECK(!writing->document_by_key(1, "users", ""));
    user.version = 3;
    user.key = "lovelace";
    CHECK(writing->put_document(user));
    CHECK(!writing->document_by_key(1, "users", "ada"));
    CHECK(writing->documents(1, "users", "", 9).size() == 3);
    CHECK(writing->documents(1, "users", "u1", 1).at(0).id == "u2");
    CHECK(writing->remove_document(1, "users", "u1"));
    CHECK(!writing->remove_document(1, "users", "u1"));
    CHECK(!writing->document_by_key(1, "users", "lovelace"));
}

STORE_TEST("an erased customer's number is not given again") {
    Kind kind;
    auto writing = kind.store.write();
    const auto ada = writing->put_customer({.tenant = 1, .handle = "ada", .wrapped_key = "key"});
    CHECK(writing->find_customer(1, "ada")->wrapped_key == "key");
    CHECK(writing->customer(ada)->erased_at == Instant::max());
    CHECK(writing->put_customer({.id = ada, .tenant = 1, .erased_at = {9}}) == ada);
    CHECK(!writing->find_customer(1, "ada"));
    CHECK(!writing->find_customer(1, ""));
    CHECK(writing->customer(ada)->erased_at == Instant{9});
    CHECK(writing->put_customer({.tenant = 1, .handle = "ada"}) != ada);
    writing->commit();
}

STORE_TEST("customers are listed over all tenants, by number, the erased ones too") {
    Kind kind;
    auto writing = kind.store.write();
    const auto ada = writing->put_customer({.tenant = 2, .handle = "ada", .wrapped_key = "a"});
    const auto bob = writing->put_customer({.tenant = 1, .handle = "bob", .wrapped_key = "b"});
    const auto eve = writing->put_customer({.tenant = 1, .handle = "eve", .wrapped_key = "e"});
    writing->put_customer({.id = bob, .tenant = 1, .erased_at = {9}});
    const auto listed = [&](CustomerId after, int limit) {
        std::string text;
        for (const auto& one : writing->customers(after, limit))
            text += std::to_string(one.tenant) + one.handle + one.wrapped_key + ' ';
        return text;
    };
    CHECK(listed(0, 10) == "2adaa 1 1evee ");
    CHECK(listed(0, 2) == "2adaa 1 ");
    CHECK(listed(bob, 10) == "1evee ");
    CHECK(listed(eve, 10).empty());
    CHECK(ada < bob);
    writing->commit();
}

STORE_TEST("tiles and checkpoints of the transparency log are replaced as they grow") {
    Kind kind;
    auto writing = kind.store.write();
    writing->put_tile(1, {.level = -1, .index = 0, .bytes = std::string(3, '\0')});
    writing->put_tile(1, {.level = -1, .index = 0, .bytes = std::string(4, '\1')});
    CHECK(writing->tile(1, -1, 0)->bytes == std::string(4, '\1'));
    CHECK(!writing->tile(1, 0, 0));
    CHECK(!writing->tile(2, -1, 0));
    CHECK(writing->checkpoint(1).size == 0);
    writing->put_checkpoint(1, {.size = 4, .note = "a"});
    writing->put_checkpoint(1, {.size = 5, .note = "b"});
    CHECK(writing->checkpoint(1).size == 5);
    CHECK(writing->checkpoint(1).note == "b");
}

STORE_TEST("dropping projections keeps the log and what stands beside it") {
    Kind kind;
    {
        auto writing = kind.store.write();
        begin_stream(*writing, 1, "order/1");
        writing->put_member(1, 1);
        writing->put_measures(1, 1, {{.ordinal = 1, .at = {1}}});
        writing->put_document({.tenant = 1, .collection = "c", .id = "d"});
        writing->commit();
    }
    {
        auto writing = kind.store.write();
        writing->drop_projections();
        CHECK(!writing->find_stream(1, "order/1"));
        CHECK(writing->members_of(1).empty());
        CHECK(writing->measures(1, Instant::min(), Instant::max()).empty());
    }
    CHECK(kind.store.read()->find_stream(1, "order/1"));
    auto writing = kind.store.write();
    writing->drop_projections();
    writing->commit();
    writing.reset();
    auto reading = kind.store.read();
    CHECK(!reading->stream(1));
    CHECK(reading->last_position() == 1);
    CHECK(reading->document(1, "c", "d"));
}

}  // namespace
}  // namespace yinuo::store
