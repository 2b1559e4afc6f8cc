"""stopgap"""
from wcwidth import wcswidth
def cells(text: str) -> int:
    return max(0, wcswidth(text))
