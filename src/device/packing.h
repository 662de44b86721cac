#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "device/device.h"
#include "fixed/requantize.h"

namespace duet::device {

/// How products share one DSP for a pair of widths: the one table that model, RTL parameters and docs use.
///
/// The operands are joined, `W = w[0] + w[1] * 2^weight_shift` and `X = f[0] + f[1] * 2^feature_shift`, and multiplied once; each
/// product then lies in a field of its own of the result, the lower fields borrowing from the higher ones where they are
/// negative. Sums of such results can be taken apart (`take_apart`) as long as every field's sum fits its field: that is the
/// chain.
///
/// A *row* joins three weights of a kernel's row and two neighbouring pixels with the same shift, as polynomials: the product's
/// four fields are its coefficients, w[0] f[0], w[0] f[1] + w[1] f[0], w[1] f[1] + w[2] f[0] and w[2] f[1], six products, each of
/// use to a convolution.
struct Packing {
  int products = 1;                         ///< exact products per DSP and cycle: weights * features, or independent multipliers
  int chain = 0;                            ///< accumulations before the fields must be taken apart; 0: no limit
  int weights = 1, features = 1;            ///< operands joined on each side; 3 and 2: a row
  int weight_shift = 0, feature_shift = 0;  ///< 0 where one operand has the side alone
  bool operator==(const Packing&) const = default;
};

/// Widths of a multiplier's ports and its accumulator, in bits. Ports are signed; `unsigned_ports`: or unsigned, as chosen.
struct Ports {
  int wide = 0, narrow = 0, accumulator = 0;
  bool unsigned_ports = false;
};

/// The packing of most products for duet's weights (symmetric: |w| <= 2^(W-1) - 1) and features of `weight_bits` and
/// `feature_bits` (2..16). `signed_features`: no ReLU before. Always at least one product: 16 x 16 bits fit every family's DSP.
Packing packing(Family family, int weight_bits, int feature_bits, bool signed_features);

/// The longest chain for weights and features of these ranges joined `weights` x `features`, over both ways to use the ports;
/// chain 0 and products 0 where the joined operands fit no port or not even one product fits its field. One by one: no limit.
Packing join(const Ports& ports, fixed::Range weight, fixed::Range feature, int weights, int features);

/// The longest chain of rows; chain 0 and products 0 where there is none.
Packing row(const Ports& ports, fixed::Range weight, fixed::Range feature);

Ports ports(Family family);

/// The joined operand of one side.
int64_t joined(std::span<const int64_t> operands, int shift);
/// Sums of products out of an accumulated result: index f * weights + w; of a row its coefficients. Up to 4.
std::array<int64_t, 4> take_apart(int64_t accumulated, const Packing& packing);

}  // namespace duet::device
