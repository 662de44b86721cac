#include "train/train.h"
