// 承诺公示板, the promise board: what a company promises to everybody, and how it keeps it.
//
// Shown are promises whose class says `strength: public` (公开承诺); what is promised inwardly or to
// one customer alone (`none`, `weak private`, `strong private`) isn't. Figures are those of the
// manager's dashboards (figures.h) over the last 90 days; they are counted beside requests and kept
// (document "figures" of the collection "board"), so a page says as of when they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tenants.h"
#include "quality/control.h"
#include "server/api.h"
#include "server/incident_board.h"

namespace yinuo::server {

struct BoardVersion {
    int number = 1;
    Instant published_at, effective_from, effective_until;
    std::string text_hash;  // SHA-256 of the text, hex
};
struct BoardWeek {
    Instant from, until;
    quality::Counted counted;  // count: kept
};
struct BoardPromise {
    std::string id;
    Text title, limits;
    struct Clause {
        Text title, sentence;
    };
    std::vector<Clause> clauses;
    std::vector<Text> gives;             // one a remedy
    std::vector<BoardVersion> versions;  // the newest first
    const Zone* zone = nullptr;
    bool in_force = false;
};
// Those of the company that are for everybody, those in force first, then by name.
std::vector<BoardPromise> board_promises(const Things&, store::Reading&, store::TenantId,
                                         Instant now);

struct BoardFigures {
    Instant as_of;       // by the engine's clock
    Instant counted_at;  // by the wall's
    Millis took = {0};   // to count them
    struct Row {
        std::string promise;
        std::vector<BoardWeek> weeks;  // the oldest first; the outer ones may be shorter
        bool is_cut = false;           // there was more than could be counted
        quality::Counted total() const;
        // The lowest kept-rate among whole weeks with at least ten; where there are none, among all
        // with at least ten, or else among all. nullptr: nothing came due.
        const BoardWeek* worst() const;
    };
    std::vector<Row> rows;
    const Row* find(std::string_view promise) const;
    std::string to_json() const;
    static std::optional<BoardFigures> from_json(std::string_view);
};
inline constexpr std::int64_t kBoardDays = 90;
inline constexpr Millis kBoardFresh = minutes(5);   // by the engine's clock
inline constexpr Millis kBoardApart = seconds(15);  // and by the wall's: a demo's runs fast

// Counts anew. For a worker: looks at every obligation of the 90 days.
BoardFigures count_board(const Things&, store::TenantId, const std::vector<BoardPromise>&,
                         Instant now);
// Those that are kept; when they are older than kBoardFresh, others are being counted meanwhile.
// nullopt: the first are being counted.
std::optional<BoardFigures> board_figures(const Things&, const engine::Tenant&);

// What a page and the JSON are made from.
struct Board {
    engine::Tenant tenant;
    std::vector<BoardPromise> promises;
    std::optional<BoardFigures> figures;
    std::int64_t log_size = 0;
    std::string log_root;  // hex; empty: no log yet
    struct Trouble {
        Text title, state;
        Instant from, until;
        IncidentBoard::Numbers numbers;
    };
    std::vector<Trouble> incidents;  // public ones, the newest first
    std::string public_url;          // for previews; empty: unknown
};
std::string board_json(const Board&);
std::string companies_page(const std::vector<engine::Tenant>&, bool chinese);
std::string board_page(const Board&, bool chinese);
std::string promise_page(const Board&, const BoardPromise&, bool chinese);
std::string_view board_style();  // CSS

}  // namespace yinuo::server
