// Customers without an account: a number that they know, and a one-time code that goes to them.
//
// Nobody learns from an answer whether a number is anybody's. Of a code only a keyed hash is kept
// (document cus_N of the collection "customer-code"); a number that is nobody's has the document
// cus_0, so that trying costs the same work and the same commit.
#pragma once

#include <string>
#include <string_view>

#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::server {

// Whose number this is: the company's handle of a customer, a subject's name ("order/4711"), or the
// part of one after the slash. 0: nobody's, an erased customer's, or that of several customers.
store::CustomerId customer_of_number(store::Reading&, const engine::Shelf&, store::TenantId,
                                     std::string_view number);

// A code is on its way, unless there is no way to this customer, or too many were sent: one a
// minute and five an hour. An earlier one is of no use any more. `mail`: is a mail server set up.
void send_sign_in_code(engine::Turns&, const vault::Key& server_key, store::TenantId,
                       store::CustomerId, bool mail);

// Is it the code? It is used up then. Otherwise this was one of five tries.
bool take_sign_in_code(engine::Turns&, const vault::Key& server_key, store::TenantId,
                       store::CustomerId, std::string_view code);

}  // namespace yinuo::server
