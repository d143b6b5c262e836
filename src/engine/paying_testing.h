// A company that pays, for tests: World with the fund's policy, steps and how payouts stand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/paying.h"
#include "engine/testing.h"

namespace yinuo::engine {

inline Money yuan(std::int64_t minor) {
    return {.minor = minor, .currency = *Currency::parse("CNY")};
}

struct Shop : World {
    // An order that is late now, by a millisecond over 24 hours.
    void late(int order, std::string_view customer = "c1") {
        const std::string number = std::to_string(order);
        report(R"({"id":")" + number + R"(","kind":"ordered","subject":"order/)" + number +
               R"(","customer":")" + std::string(customer) + R"(","at":")" +
               to_string(clock.now()) + "\"}");
        wait(hours(24) + Millis{1});
    }
    void done_in_time(int order, Instant at) {
        const std::string number = std::to_string(order);
        report(R"({"id":"d)" + number + R"(","kind":"done","subject":"order/)" + number +
               R"(","customer":"c1","at":")" + to_string(at) + "\"}");
    }
    void policy(FundPolicy wanted) {
        act([&](Turns& turns) -> Result<void> {
            wanted.etag = fund_policy(turns.rows(), tenant).etag;
            const auto put = put_fund_policy(turns, author, wanted);
            if (!put) return refuse(put.error());
            return {};
        });
    }
    void deposit(std::int64_t minor) {
        act([&](Turns& turns) -> Result<void> {
            const auto said = move_money(turns, author, {.money = yuan(minor), .reference = "r"});
            if (!said) return refuse(said.error());
            return {};
        });
    }
    std::string step(store::PayoutId id, remedy::PayoutStep what, const char* text = "") {
        const auto said = try_act([&](Turns& turns) -> Result<void> {
            const auto made = take_step(turns, approver, id, {.step = what, .text = text});
            if (!made) return refuse(made.error());
            return {};
        });
        return said ? "" : said.error().code;
    }
    std::vector<PayoutView> all() {
        const auto rows = store->read();
        std::vector<PayoutView> views;
        for (const auto& row :
             rows->payouts({.tenant = tenant, .state = {}, .incident = {}, .limit = 1'000}))
            views.push_back(open_payout(row).value());
        return views;
    }
    std::string states() {
        std::string text;
        for (const auto& view : all()) {
            if (!text.empty()) text += ' ';
            text += remedy::name_of(view.payout.state);
            if (view.payout.money) text += ":" + std::to_string(view.payout.money->minor);
            if (view.payout.back) text += ":back";
        }
        return text;
    }
    std::vector<store::Action> orders(std::string_view connector) {
        return store->read()->actions(tenant, connector, store::Action::State::Waiting, 0, 100);
    }
};

}  // namespace yinuo::engine
