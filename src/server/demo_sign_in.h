// The demo's open doors: into its two invented companies anybody may step, as any of their people or
// as one of their customers, without a password
// (docs/decisions/0019-the-demo-lets-everybody-in.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/api.h"

namespace yinuo::server {

// Is there a demo, and are its doors open? Not where it could mail people or reach into private
// networks: then the sheet with its passwords is the only way (demo_people.h).
bool demo_is_open(const Things&);

// Of whom one may step in as; "customer" comes last.
std::span<const std::string_view> demo_roles();

// A customer who waits for something just now, otherwise one who did; 0: the company knows none.
store::CustomerId demo_customer(store::Reading&, store::TenantId, Instant now);

// What opens the customer's page for a day: "/#…". Empty: the doors are closed, or nobody is there.
std::string demo_customer_page(const Things&, store::Reading&, std::string_view company);

void sign_in_to_demo(Ticket);

}  // namespace yinuo::server
