/*
 * Throttling of logins.
 *
 * Failures count for the account, and for the address unless it is trusted
 * (many users come from the address of a web mail server).  An address from
 * which somebody has logged in to an account is not shut out from it by
 * others' failures, so that nobody can lock an account for its owner.  Only
 * the account's own count is cleared by a login: an attacker with an account
 * of his own gains nothing for others.
 */
#include "config.h"

#include "daemons/common/daemonlog.h"
#include "daemons/vpopmaild/front_int.h"

static const char *
address_of(const struct vpd_client *client)
{
	return client->ip ? client->ip->ip : "";
}

static int
is_trusted(const struct vpd_client *client)
{
	return vpd_setup_trusts(client->front->setup, address_of(client));
}

int
vpd_login_is_barred(struct vpd_client *client)
{
	const struct vpd_setup *setup = client->front->setup;
	struct vpd_throttle *throttle = client->front->throttle;
	const char *ip = address_of(client);
	int64_t now = vp_clock_ms() / 1000;

	if (setup->address_failures > 0 && !is_trusted(client) &&
	    vpd_throttle_count(throttle, VPD_THROTTLE_ADDRESS, ip, "", now) >=
		setup->address_failures)
		return 1;
	return setup->account_failures > 0 &&
	       vpd_throttle_count(throttle, VPD_THROTTLE_ACCOUNT,
		   client->account, "", now) >= setup->account_failures &&
	       vpd_throttle_count(
		   throttle, VPD_THROTTLE_KNOWN, client->account, ip, now) == 0;
}

/* Known for as long as twenty failures count. */
void
vpd_login_succeeded(struct vpd_client *client)
{
	struct vpd_throttle *throttle = client->front->throttle;
	const char *ip = address_of(client);
	int64_t now = vp_clock_ms() / 1000;

	vpd_throttle_clear(throttle, VPD_THROTTLE_ACCOUNT, client->account, "");
	while (!is_trusted(client) &&
	       vpd_throttle_add(
		   throttle, VPD_THROTTLE_KNOWN, client->account, ip, now) < 20)
		continue;
}

unsigned
vpd_login_failed(struct vpd_client *client)
{
	const struct vpd_setup *setup = client->front->setup;
	struct vpd_throttle *throttle = client->front->throttle;
	const char *ip = address_of(client);
	int64_t now = vp_clock_ms() / 1000;
	unsigned account, address = 0;

	account = vpd_throttle_add(
	    throttle, VPD_THROTTLE_ACCOUNT, client->account, "", now);
	if (!is_trusted(client))
		address = vpd_throttle_add(
		    throttle, VPD_THROTTLE_ADDRESS, ip, "", now);
	vp_daemonlog(LOG_NOTICE, "login refused: account=%s address=%s",
	    client->account, *ip ? ip : "local");
	return vpd_throttle_delay(
	    account > address ? account : address, (unsigned)setup->delay);
}
