"""Another program with one picture in it that can be dragged out, as a file or as data."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        mime = QMimeData()
        if sys.argv[2] == "data":
            mime.setImageData(QImage(sys.argv[1]))
        else:
            mime.setUrls([QUrl.fromLocalFile(sys.argv[1])])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)


application = QApplication(sys.argv)
source = Source("drag me")
source.setWindowTitle("drag source")
source.setFixedSize(160, 90)
source.move(int(sys.argv[3]), int(sys.argv[4]))
source.show()
sys.exit(application.exec())
