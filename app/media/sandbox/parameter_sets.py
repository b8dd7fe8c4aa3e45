"""Rewrites H.264 parameter sets field by field, without fields that MP4 does not need.

Fields that can carry arbitrary bytes are dropped if no decoder needs them (clock, buffer model). If a decoder
needs one of these fields (scaling matrices, picture order of type 1, slice groups), the parameter set is
refused. A parameter set with bytes after the last field is also refused.

Source: ITU-T H.264 (08/2021), 7.3.2.1.1, 7.3.2.2, E.1.1, E.1.2.
"""

from dataclasses import dataclass

from app.media.sandbox.bits import BitReader, BitWriter, RbspError, escaped, unescaped

WITH_CHROMA_FORMAT = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_EXTENDED_SAR = 255
_UNSPECIFIED = 2


@dataclass(frozen=True)
class Colours:
    """The colour space of the decoded pixels, as codes of the standard ITU-T H.273.

    `full_range` is 0 or 1.
    """

    primaries: int = _UNSPECIFIED
    transfer: int = _UNSPECIFIED
    matrix: int = _UNSPECIFIED
    full_range: int = 0


def rewritten_sps(unit: bytes, colours: Colours) -> bytes:
    """Rewrite a sequence parameter set (SPS) of 8-bit 4:2:0 frames, with these colours.

    Raises:
        RbspError: the parameter set is damaged, has a refused field, or has bytes after the last field.
    """
    bits, out = BitReader(unescaped(unit[1:])), BitWriter()
    profile = out.u(8, bits.u(8))
    out.u(8, bits.u(8) & 0xFC)  # constraint flags, without the reserved bits
    out.u(8, bits.u(8))  # level_idc
    out.ue(bits.ue(most=31))  # seq_parameter_set_id
    if profile in WITH_CHROMA_FORMAT:
        out.ue(bits.ue(least=1, most=1))  # 4:2:0
        out.ue(bits.ue(most=0))  # 8 bits of luma
        out.ue(bits.ue(most=0))  # 8 bits of chroma
        out.u(1, bits.u(1, most=0))  # no transform bypass
        out.u(1, bits.u(1, most=0))  # no scaling matrix
    _copy_frames(bits, out)
    vui = _read_vui(bits) if bits.u(1) else _Vui()
    bits.expect_end()
    out.u(1, 1)
    _write_vui(vui, colours, out)
    return b"\x67" + escaped(out.rbsp())


def rewritten_pps(unit: bytes) -> bytes:
    """Rewrite a picture parameter set. Raises: see `rewritten_sps`."""
    bits, out = BitReader(unescaped(unit[1:])), BitWriter()
    out.ue(bits.ue(most=255))  # pic_parameter_set_id
    out.ue(bits.ue(most=31))  # seq_parameter_set_id
    out.u(2, bits.u(2))  # entropy_coding_mode, bottom_field_pic_order_in_frame_present
    out.ue(bits.ue(most=0))  # one slice group
    out.ue(bits.ue(most=31))  # num_ref_idx_l0_default_active_minus1
    out.ue(bits.ue(most=31))  # num_ref_idx_l1_default_active_minus1
    out.u(1, bits.u(1))  # weighted_pred_flag
    out.u(2, bits.u(2, most=2))  # weighted_bipred_idc
    out.se(bits.se(least=-26, most=25))  # pic_init_qp_minus26
    out.se(bits.se(least=-26, most=25))  # pic_init_qs_minus26
    out.se(bits.se(least=-12, most=12))  # chroma_qp_index_offset
    out.u(2, bits.u(2))  # deblocking_filter_control_present, constrained_intra_pred
    out.u(1, bits.u(1, most=0))  # no redundant pictures
    if not bits.is_at_end:
        out.u(1, bits.u(1))  # transform_8x8_mode_flag
        out.u(1, bits.u(1, most=0))  # no scaling matrix
        out.se(bits.se(least=-12, most=12))  # second_chroma_qp_index_offset
    bits.expect_end()
    return b"\x68" + escaped(out.rbsp())


def _copy_frames(bits: BitReader, out: BitWriter) -> None:
    """Copy the fields for picture order, references and size from a sequence parameter set."""
    out.ue(bits.ue(most=12))  # log2_max_frame_num_minus4
    if out.ue(_without_type_1(bits.ue(most=2))) == 0:
        out.ue(bits.ue(most=12))  # log2_max_pic_order_cnt_lsb_minus4
    out.ue(bits.ue(most=16))  # max_num_ref_frames
    out.u(1, bits.u(1))  # gaps_in_frame_num_value_allowed_flag
    out.ue(bits.ue(most=1023))  # pic_width_in_mbs_minus1
    out.ue(bits.ue(most=1023))  # pic_height_in_map_units_minus1
    out.u(1, bits.u(1, least=1))  # frames only, no fields
    out.u(1, bits.u(1))  # direct_8x8_inference_flag
    if out.u(1, bits.u(1)):
        for _ in range(4):
            out.ue(bits.ue(most=4096))  # frame_crop offsets


def _without_type_1(picture_order: int) -> int:
    if picture_order == 1:
        raise RbspError("picture order of type 1 has 255 free numbers")
    return picture_order


@dataclass(frozen=True)
class _Vui:
    """The fields of the video usability information that players need."""

    chroma_location: tuple[int, int] | None = None
    # the field motion_vectors_over_pic_boundaries_flag and six limits, such as max_num_reorder_frames
    restriction: tuple[int, ...] | None = None


def _read_vui(bits: BitReader) -> _Vui:
    if bits.u(1) and bits.u(8) == _EXTENDED_SAR:
        bits.u(32)
    if bits.u(1):
        bits.u(1)  # overscan_appropriate_flag
    if bits.u(1):
        bits.u(4)  # video_format, video_full_range_flag
        if bits.u(1):
            bits.u(24)  # primaries, transfer, matrix
    chroma_location = (bits.ue(most=5), bits.ue(most=5)) if bits.u(1) else None
    if bits.u(1):
        bits.u(65)  # num_units_in_tick, time_scale, fixed_frame_rate_flag
    # Pass a list to `any`: with a generator, `any` could stop before the second model is read.
    if any([_skip_buffer_model(bits), _skip_buffer_model(bits)]):
        bits.u(1)  # low_delay_hrd_flag
    bits.u(1)  # pic_struct_present_flag
    restriction = (bits.u(1), *(bits.ue(most=16) for _ in range(6))) if bits.u(1) else None
    return _Vui(chroma_location, restriction)


def _skip_buffer_model(bits: BitReader) -> bool:
    """Skip the optional hrd_parameters. Return whether hrd_parameters was present."""
    if not bits.u(1):
        return False
    buffers = bits.ue(most=31) + 1
    bits.u(8)
    for _ in range(buffers):
        bits.ue(most=2**32 - 2)
        bits.ue(most=2**32 - 2)
        bits.u(1)
    bits.u(20)
    return True


def _write_vui(vui: _Vui, colours: Colours, out: BitWriter) -> None:
    out.u(2, 0)  # no aspect_ratio_info, no overscan_info
    if out.u(1, int(colours != Colours())):
        out.u(3, 5)  # video_format: unspecified
        out.u(1, colours.full_range)
        out.u(1, 1)
        for number in (colours.primaries, colours.transfer, colours.matrix):
            out.u(8, number)
    if out.u(1, int(vui.chroma_location is not None)):
        for number in vui.chroma_location or ():
            out.ue(number)
    out.u(4, 0)  # no clock, no buffer models, no pic_struct
    if out.u(1, int(vui.restriction is not None)):
        flag, *limits = vui.restriction or ()
        out.u(1, flag)
        for number in limits:
            out.ue(number)
