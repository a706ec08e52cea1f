/*
 * One table of account flags, in the order in which vuserinfo reports them.
 */
#include "config.h"

#include "tools/bits.h"

#include "vpop.h"

const struct bit_text bit_texts[] = {
	{ VPOP_NO_PASSWD_CHNG, 'd', "no_password_change",
	    "password can not be changed by user" },
	{ VPOP_NO_POP, 'p', "no_pop", "pop access closed" },
	{ VPOP_NO_WEBMAIL, 'w', "no_webmail", "webmail access closed" },
	{ VPOP_NO_IMAP, 'i', "no_imap", "imap access closed" },
	{ VPOP_NO_SMTP, 's', "no_smtp", "smtp access is closed" },
	{ VPOP_NO_RELAY, 'r', "no_relay", "user not allowed to relay mail" },
	{ VPOP_NO_SPAMASSASSIN, 'f', "no_spamassassin",
	    "spamassassin processing disabled" },
	{ VPOP_DELETE_SPAM, 'F', "delete_spam", "delete spam" },
	{ VPOP_NO_MAILDROP, 'm', "no_maildrop",
	    "maildrop processing disabled" },
	{ VPOP_NO_DIALUP, 'u', "no_dialup", "no dialup flag has been set" },
	{ VPOP_BOUNCE_MAIL, 'b', "bounce_mail",
	    "mail will be bounced back to sender" },
	{ VPOP_QA_ADMIN, 'a', "domain_admin",
	    "has qmailadmin administrator access" },
	{ VPOP_SA_ADMIN, 'S', "system_admin",
	    "has system administrator access" },
	{ VPOP_SA_EXPERT, 'E', "expert", "has expert access" },
	{ VPOP_V_USER0, '0', "user_flag_0", "user flag 0 is set" },
	{ VPOP_V_USER1, '1', "user_flag_1", "user flag 1 is set" },
	{ VPOP_V_USER2, '2', "user_flag_2", "user flag 2 is set" },
	{ VPOP_V_USER3, '3', "user_flag_3", "user flag 3 is set" },
	{ VPOP_V_OVERRIDE, 'o', "override_limits",
	    "user is not subject to domain limits" },
	{ 0, 0, NULL, NULL },
};

int
bits_parse(const char *letters, uint32_t *ret_bits)
{
	uint32_t bits = 0;

	for (; *letters; letters++) {
		const struct bit_text *entry = bit_texts;

		while (entry->bit && entry->letter != *letters)
			entry++;
		if (!entry->bit)
			return *letters;
		bits |= entry->bit;
	}
	*ret_bits = bits;
	return 0;
}
