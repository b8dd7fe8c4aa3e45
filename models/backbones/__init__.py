"""Pretrained networks of the automatic metrics, each behind one small protocol; imported when used."""
