#include "promise/promise.h"

#include <algorithm>

#include "promise/formulas.h"

namespace yinuo::promise {

int Promise::find_clause(std::string_view name) const {
    const auto found = std::ranges::find(clauses, name, &Clause::name);
    return found == clauses.end() ? -1 : static_cast<int>(found - clauses.begin());
}

std::vector<Symbol> Promise::fields_read() const {
    std::vector<Symbol> fields = members_read;
    each_formula(*this, [&](const Formula& formula) {
        const auto names = formula.expression.free_names();
        fields.insert(fields.end(), names.begin(), names.end());
    });
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
    return fields;
}

}  // namespace yinuo::promise
