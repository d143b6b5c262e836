// Routes of notice channels: what each is, who set it up, whether it works, and the gateway's
// reports about messages that it took. Listed in routes_notices.cc.
#pragma once

#include "server/routes.h"

namespace yinuo::server {

Answer read_notice_channels(const Call&);
void change_notice_channels(Ticket);
void test_notice_channel(Ticket);
void take_message_reports(Ticket);

}  // namespace yinuo::server
