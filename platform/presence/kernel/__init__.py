"""Tools that know no business."""
