/* runsc-c/main.c - main(): everything else is linked by the unit tests, too */
#include "runsc-c/commands.h"

int main(int argc, char **argv)
{
	return sandbox_main(argc, argv);
}
