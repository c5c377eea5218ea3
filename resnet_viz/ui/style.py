"""A theme as Qt wants it: palette and style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from resnet_viz.assets import assets_dir
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR, Choice, Theme


def resolve(choice: Choice) -> Theme:
    """The theme for a menu choice; `system` follows the desktop's light or dark setting."""
    if choice == "projector":
        return PROJECTOR
    if choice == "system":
        hints = QGuiApplication.styleHints()
        return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def palette(theme: Theme) -> QPalette:
    """Colours for everything that the style sheet does not reach."""
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.card,
        roles.AlternateBase: theme.raised,
        roles.Text: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.Button: theme.card,
        roles.ButtonText: theme.text,
        roles.ToolTipBase: theme.card,
        roles.ToolTipText: theme.text,
        roles.Highlight: theme.branch,
        roles.HighlightedText: "#FFFFFF" if theme.name != "dark" else "#000000",
        roles.Link: theme.branch,
        roles.BrightText: theme.trouble,
    }
    made = QPalette()
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.ghost))
    return made


def style_sheet(theme: Theme) -> str:
    """The window's style sheet; widgets are found by class or object name."""
    t = theme
    chevron = (assets_dir() / "icons" / "chevron.svg").as_posix()
    chevron_up = (assets_dir() / "icons" / "chevron-up.svg").as_posix()
    tick_colour = "black" if t.name == "dark" else "white"
    tick = (assets_dir() / "icons" / f"tick-{tick_colour}.svg").as_posix()
    veil = "#D8" + t.card[1:]  # what is underneath shines through
    pad = 4 if t.name != "projector" else 6
    return f"""
* {{ font-size: {t.font_px}px; color: {t.text}; }}
QMainWindow, QDialog {{ background: {t.window}; }}
QToolTip {{ background: {t.card}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
#card {{ background: {t.card}; border: 1px solid {t.border}; border-radius: 8px; }}
#topBar {{ background: {t.card}; border-bottom: 1px solid {t.border}; }}
QScrollArea, #panelBody, #causes {{ background: {t.card}; border: none; }}
#page, #page > QWidget > QWidget {{ background: transparent; border: none; }}
QLabel[role="title"] {{ font-size: {t.title_px}px; font-weight: 600; }}
QLabel[role="muted"] {{ color: {t.muted}; font-size: {t.small_px}px; }}
QLabel[role="problem"] {{ color: {t.trouble}; font-size: {t.small_px}px; }}
QToolButton#fold {{
    border: none; background: transparent; text-align: left; padding: {pad - 1}px 0;
    font-size: {t.title_px}px; font-weight: 600;
}}
QToolButton#fold:hover {{ background: {t.raised}; }}
QPushButton, QToolButton, QComboBox, QLineEdit, QAbstractSpinBox {{
    background: {t.card}; border: 1px solid {t.border}; border-radius: 6px;
    padding: {pad}px {2 * pad}px;
}}
QAbstractSpinBox {{ padding: {pad - 1}px {pad + 3}px; padding-right: {t.font_px + 8}px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; width: {t.font_px + 5}px; border: none; background: transparent;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox::up-arrow {{ image: url({chevron_up}); width: {t.font_px - 4}px; }}
QAbstractSpinBox::down-arrow {{ image: url({chevron}); width: {t.font_px - 4}px; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{
    background: {t.raised}; border-radius: 4px;
}}
#causes QComboBox {{ padding: {pad}px; padding-left: {pad + 3}px; }}
QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
QCheckBox::indicator {{
    width: {t.font_px}px; height: {t.font_px}px; border: 1px solid {t.ghost}; border-radius: 3px;
    background: {t.card};
}}
QCheckBox::indicator:checked {{
    background: {t.accent}; border-color: {t.accent}; image: url({tick});
}}
QCheckBox::indicator:disabled {{ border-color: {t.border}; }}
QCheckBox::indicator:focus {{ border-color: {t.branch}; }}
QCheckBox:disabled {{ color: {t.ghost}; }}
QTabWidget::pane {{ border: none; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {t.muted}; border: none; border-bottom: 2px solid transparent;
    padding: {pad}px {3 * pad}px; margin-right: 2px;
}}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:selected {{ color: {t.text}; font-weight: 600; border-bottom-color: {t.accent}; }}
QTabBar::tab:focus {{ border-bottom-color: {t.branch}; }}
QToolButton {{ padding: {pad}px; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ background: {t.raised}; }}
QPushButton:pressed, QPushButton:checked {{ background: {t.accent}; color: {t.on_accent}; }}
QPushButton:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{ color: {t.ghost}; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus,
QPlainTextEdit:focus {{ border: 1px solid {t.branch}; }}
QPushButton#model {{ font-weight: 600; text-align: left; padding-right: {4 * pad}px; }}
QPushButton[role="primary"] {{
    background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; font-weight: 600;
}}
QPushButton[role="switch"] {{ border-radius: {t.font_px}px; padding: {pad}px {4 * pad}px; }}
QComboBox::drop-down {{ border: none; width: {t.font_px + 8}px; }}
QComboBox::down-arrow {{ image: url({chevron}); width: {t.font_px}px; height: {t.font_px}px; }}
QComboBox QAbstractItemView {{
    background: {t.card}; border: 1px solid {t.border};
    selection-background-color: {t.raised}; selection-color: {t.text};
}}
QMenuBar {{ background: {t.card}; }}
QMenuBar::item {{ padding: 4px 10px; background: transparent; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {t.raised}; }}
QMenu {{ background: {t.card}; border: 1px solid {t.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 22px; }}
QMenu::item:disabled {{ color: {t.ghost}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
QStatusBar {{ background: {t.card}; border-top: 1px solid {t.border}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {t.muted}; font-size: {t.small_px}px; padding: 0 8px; }}
QStatusBar QPushButton {{ padding: 0 8px; font-size: {t.small_px}px; }}
QProgressBar {{
    background: {t.raised}; border: none; border-radius: 4px; max-height: 8px; text-align: center;
}}
QProgressBar::chunk {{ background: {t.output}; border-radius: 4px; }}
QSlider:horizontal {{ min-height: 22px; }}
QSlider::groove:horizontal {{ height: 6px; background: {t.raised}; border-radius: 3px; }}
QSlider::sub-page:horizontal {{ background: {t.shortcut}; border-radius: 3px; }}
QSlider::handle:horizontal {{
    width: 16px; height: 16px; margin: -6px 0; border-radius: 9px;
    background: {t.card}; border: 2px solid {t.shortcut};
}}
QSlider::handle:horizontal:focus {{ border-color: {t.text}; }}
#noticeStrip {{ background: {t.raised}; border: 1px solid {t.border}; border-radius: 8px; }}
#noticeStrip[level="error"] {{ border: 2px solid {t.trouble}; }}
#noticeStrip[level="warning"] {{ border: 2px solid {t.shortcut}; }}
#dropZone {{ background: {veil}; border: 3px dashed {t.output}; border-radius: 14px; }}
#dropZone QLabel {{ background: transparent; }}
#sheet {{ background: {t.card}; border: 1px solid {t.ghost}; border-radius: 10px; }}
#popup {{ background: {t.card}; border: 1px solid {t.ghost}; border-radius: 10px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 5px; min-height: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.border}; border-radius: 5px; min-width: 24px; }}
QSplitter::handle {{ background: transparent; }}
QPlainTextEdit, QTextBrowser {{
    background: {t.window}; border: 1px solid {t.border}; border-radius: 6px;
}}
"""
