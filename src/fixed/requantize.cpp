#include "fixed/requantize.h"
