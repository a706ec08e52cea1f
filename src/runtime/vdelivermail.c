/* vdelivermail: delivers one message, called from .qmail-default. */
#include "config.h"

#include "runtime/localdelivery.h"

int
main(int argc, char **argv)
{
	return vp_localdelivery_main(argc, argv);
}
