// Visits every FEEL text of a promise, a clause or a remedy: `each_formula(clause, visit)` calls
// visit(const Formula&) for each.
#pragma once

#include "promise/promise.h"

namespace yinuo::promise {

template <typename Visit>
class FormulaWalk {
public:
    explicit FormulaWalk(Visit visit) : visit_(visit) {}

    void operator()(const Formula& formula) { visit_(formula); }
    void operator()(const Condition& condition) { visit_(condition.formula); }
    template <typename T>
    void operator()(const std::optional<T>& maybe) {
        if (maybe) (*this)(*maybe);
    }
    template <typename T>
    void operator()(const std::vector<T>& all) {
        for (const auto& one : all) (*this)(one);
    }

    void operator()(const Pause& p) { (*this)(p.from), (*this)(p.to); }
    void operator()(const Extension& e) { (*this)(e.when), (*this)(e.to); }
    void operator()(const Reopen& r) { (*this)(r.when); }
    void operator()(const Verification& v) {
        (*this)(v.claim), (*this)(v.confirms), (*this)(v.rejects);
    }
    void operator()(const Waiver& w) {
        (*this)(w.cause), (*this)(w.evidence), (*this)(w.agrees), (*this)(w.refuses),
            (*this)(w.who);
    }
    void operator()(const LimitRow& row) { (*this)(row.when), (*this)(row.amount); }
    void operator()(const Bound& b) {
        (*this)(b.of), (*this)(b.amount), (*this)(b.from), (*this)(b.to);
    }

    void operator()(const Within& s) { (*this)(s.rows); }
    void operator()(const By& s) { (*this)(s.at); }
    void operator()(const Window& s) { (*this)(s.around); }
    void operator()(const Never& s) { (*this)(s.what); }
    void operator()(const Always& s) { (*this)(s.when), (*this)(s.holds); }
    void operator()(const Every&) {}
    void operator()(const AtMost& s) { (*this)(s.bounds); }
    void operator()(const Rate& s) {
        (*this)(s.of), (*this)(s.except), (*this)(s.good), (*this)(s.value), (*this)(s.at);
    }

    void operator()(const Clause& c) {
        std::visit(*this, c.shape);
        (*this)(c.starts), (*this)(c.starts_at), (*this)(c.audience), (*this)(c.keeps);
        (*this)(c.voids), (*this)(c.voids_by_us), (*this)(c.breaks), (*this)(c.ends);
        (*this)(c.covers), (*this)(c.per), (*this)(c.pauses), (*this)(c.extends);
        (*this)(c.reopens), (*this)(c.verify), (*this)(c.waives), (*this)(c.offered);
    }
    void operator()(const Gift& g) { (*this)(g.when), (*this)(g.amount), (*this)(g.choice); }
    void operator()(const Remedy& r) {
        (*this)(r.when), (*this)(r.gifts), (*this)(r.cap), (*this)(r.once_per);
        (*this)(r.payees), (*this)(r.paid_when), (*this)(r.spent);
    }
    void operator()(const Economics& e) { (*this)(e.price); }
    void operator()(const Promise& p) {
        (*this)(p.audience), (*this)(p.clauses), (*this)(p.remedies), (*this)(p.economics);
    }

private:
    Visit visit_;
};

template <typename Whole, typename Visit>
void each_formula(const Whole& whole, Visit visit) {
    FormulaWalk<Visit> walk(visit);
    walk(whole);
}

}  // namespace yinuo::promise
