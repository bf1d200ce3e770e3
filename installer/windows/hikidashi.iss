; Inno Setup 6.3 or later. Makes dist\hikidashi-<version>-<variant>-setup.exe of the folder dist\hikidashi:
;   iscc /DVersion=0.1.0 /DVariant=cpu installer\windows\hikidashi.iss
; Nothing is fetched: all that is installed is inside.
;
; For one person without an administrator (the default), or for all:
;   setup.exe /CURRENTUSER        setup.exe /ALLUSERS
; Silent, for software distribution:
;   setup.exe /VERYSILENT /SUPPRESSMSGBOXES /NORESTART /ALLUSERS /LANG=japanese /LOG=install.log
;   unins000.exe /VERYSILENT /SUPPRESSMSGBOXES /NORESTART
; Uninstalling takes away what was installed, and nothing else: projects, settings and models lie in the folders of
; the people who made them, and stay.

#ifndef Version
  #error Give the version: iscc /DVersion=...
#endif
#ifndef Variant
  #define Variant "cpu"
#endif
#define Root "..\.."
#define Window "hikidashi-window.exe"

[Setup]
AppId={{6B1F3C0E-5C8D-4A55-9E0B-3D1B5F0A7C21}
AppName={cm:ProgramName}
AppVersion={#Version}
AppVerName={cm:ProgramName} {#Version}
AppPublisher=Hikidashi
DefaultDirName={autopf}\Hikidashi
DefaultGroupName={cm:ProgramName}
DisableProgramGroupPage=yes
DisableDirPage=auto
; Without an administrator unless one is asked for, by the dialog or by /ALLUSERS.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#Root}\LICENSE
SetupIconFile={#Root}\build\hikidashi\hikidashi.ico
UninstallDisplayIcon={app}\{#Window}
UninstallDisplayName={cm:ProgramName}
OutputDir={#Root}\dist
OutputBaseFilename=hikidashi-{#Version}-{#Variant}-setup
Compression=lzma2/fast
SolidCompression=no
; Over two gigabytes a setup.exe cannot hold: the CUDA variant is written in slices beside it.
#if Variant == "cuda"
DiskSpanning=yes
DiskSliceSize=2000000000
#endif
WizardStyle=modern
ShowLanguageDialog=auto
ChangesAssociations=yes
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "japanese"; MessagesFile: "compiler:Languages\Japanese.isl"
Name: "english"; MessagesFile: "compiler:Default.isl"

[CustomMessages]
japanese.ProgramName=引き出し
english.ProgramName=Hikidashi
japanese.DesktopIcon=デスクトップにアイコンを置く
english.DesktopIcon=Put an icon on the desktop
japanese.Associate=.hkd と .hikidashi のファイルをダブルクリックで開けるようにする
english.Associate=Open .hkd and .hikidashi files with a double-click
japanese.PackageType=引き出しの現場用パッケージ
english.PackageType=Hikidashi package
japanese.ProjectType=引き出しのプロジェクト
english.ProjectType=Hikidashi project
japanese.ModelsType=引き出しのモデルのまとめファイル
english.ModelsType=Hikidashi model bundle
japanese.StartNow=引き出しを開く
english.StartNow=Start Hikidashi
japanese.ProjectsStay=プロジェクト、設定、取り込んだモデルは消していません。
english.ProjectsStay=Projects, settings and imported models were left as they are.

[Tasks]
Name: "associate"; Description: "{cm:Associate}"
Name: "desktopicon"; Description: "{cm:DesktopIcon}"; Flags: unchecked

[InstallDelete]
; An update must not leave libraries of the version before between the new ones. Nothing of anyone's lies here.
Type: filesandordirs; Name: "{app}\_internal"
Type: filesandordirs; Name: "{app}\licences"

[Files]
Source: "{#Root}\dist\hikidashi\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\{cm:ProgramName}"; Filename: "{app}\{#Window}"
Name: "{autodesktop}\{cm:ProgramName}"; Filename: "{app}\{#Window}"; Tasks: desktopicon

[Registry]
; HKA: of this person, or of the machine, as it is installed.
Root: HKA; Subkey: "Software\Classes\.hkd\OpenWithProgids"; ValueType: string; ValueName: "Hikidashi.Package"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.hikidashi\OpenWithProgids"; ValueType: string; ValueName: "Hikidashi.Project"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.hkmodels\OpenWithProgids"; ValueType: string; ValueName: "Hikidashi.Models"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Package"; ValueType: string; ValueData: "{cm:PackageType}"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Package\DefaultIcon"; ValueType: string; ValueData: "{app}\{#Window},0"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Package\shell\open\command"; ValueType: string; ValueData: """{app}\{#Window}"" ""%1"""; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Project"; ValueType: string; ValueData: "{cm:ProjectType}"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\{#Window},0"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Project\shell\open\command"; ValueType: string; ValueData: """{app}\{#Window}"" ""%1"""; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Models"; ValueType: string; ValueData: "{cm:ModelsType}"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Models\DefaultIcon"; ValueType: string; ValueData: "{app}\{#Window},0"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\Hikidashi.Models\shell\open\command"; ValueType: string; ValueData: """{app}\{#Window}"" ""%1"""; Tasks: associate

[Run]
Filename: "{app}\{#Window}"; Description: "{cm:StartNow}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if (Step = usPostUninstall) and not UninstallSilent then
    MsgBox(CustomMessage('ProjectsStay'), mbInformation, MB_OK);
end;
