/* vchkpw: checks a login by the checkpassword interface. */
#include "config.h"

#include "runtime/checkpassword.h"

int
main(int argc, char **argv)
{
	return vp_checkpassword_main(argc, argv);
}
